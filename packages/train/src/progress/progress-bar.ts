import type { FitEvent, Listener, Metrics, StepEvent } from '../fit/events.ts';
import { bar, count, duration, metrics } from './format.ts';
import type { ProgressStream } from './progress.ts';
import { createThroughput, type Throughput } from './throughput.ts';

type EpochEvent = Extract<FitEvent, { type: 'epoch' }>;

const REDRAW_MS = 100;
const WIDTH = 20;

const shown = ({ loss, accuracy }: Metrics): Metrics => ({ loss: loss!, ...(accuracy === undefined ? {} : { accuracy }) });

function stepLine(event: StepEvent, throughput: Throughput): string {
  const { epoch, epochs, batch, batches, running } = event;
  const eta = throughput.secondsLeft(event);
  return [
    `epoch ${epoch + 1}/${epochs}`,
    batches === undefined ? `batch ${batch}` : `${bar(batch / batches, WIDTH)} ${String(Math.floor((100 * batch) / batches)).padStart(3)}%`,
    metrics(shown(running)),
    ...(throughput.rowsPerSecond > 0 ? [`${count(throughput.rowsPerSecond)} images/s`] : []),
    ...(eta === undefined ? [] : [`ETA ${duration(eta)}`]),
  ].join('  ');
}

function epochLine({ epochs, record, best }: EpochEvent): string {
  const { epoch, train, evaluation, imagesPerSecond, seconds } = record;
  const evaluated = Object.keys(evaluation).length > 0 ? [`| ${metrics(evaluation)}${best ? ' (best)' : ''} |`] : [];
  return [`epoch ${epoch + 1}/${epochs}`, metrics(shown(train)), ...evaluated, `${count(imagesPerSecond)} images/s`, `${seconds.toFixed(1)} s`].join('  ');
}

/** One line that is drawn again and again; a finished epoch leaves its line behind. */
export function progressBar(stream: ProgressStream): Listener {
  const throughput = createThroughput();
  let drawn = -Infinity;
  let isOpen = false;
  const draw = (line: string): void => {
    stream.write(`\r${line.slice(0, (stream.columns ?? 80) - 1)}\x1b[K`);
    isOpen = true;
  };
  const leave = (line: string): void => {
    stream.write(`${isOpen ? '\r' : ''}${line}${isOpen ? '\x1b[K' : ''}\n`);
    isOpen = false;
  };
  const onStep = (event: StepEvent): void => {
    throughput.step(event.rows);
    if (performance.now() - drawn < REDRAW_MS) return;
    drawn = performance.now();
    draw(stepLine(event, throughput));
  };
  return (event) => {
    switch (event.type) {
      case 'step': return onStep(event);
      case 'start': return event.resumedFrom === undefined ? undefined : leave(`goes on from ${event.resumedFrom}, epoch ${event.epoch + 1}, step ${event.step}`);
      case 'epoch': leave(epochLine(event)); return throughput.pause();
      case 'checkpoint': return throughput.pause();
      case 'damaged': return leave(`damaged checkpoint set aside: ${event.reason}`);
      case 'error':
      case 'end': if (isOpen) stream.write('\n');
    }
  };
}
