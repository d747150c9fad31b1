import type { Listener, StepEvent } from '../fit/events.ts';
import type { ProgressStream } from './progress.ts';
import { createThroughput } from './throughput.ts';

/** One line of JSON per event; steps at most every so many seconds. */
export function jsonLines(stream: ProgressStream, interval: number): Listener {
  const throughput = createThroughput();
  let written = performance.now();
  const write = (line: object): void => {
    stream.write(`${JSON.stringify(line)}\n`);
    written = performance.now();
  };
  const onStep = (event: StepEvent): void => {
    throughput.step(event.rows);
    if (performance.now() - written < interval * 1000) return;
    const { type, epoch, epochs, batch, batches, step, running } = event;
    write({ type, epoch, epochs, batch, batches, step, ...running, imagesPerSecond: throughput.rowsPerSecond, etaSeconds: throughput.secondsLeft(event) });
  };
  return (event) => {
    switch (event.type) {
      case 'step': return onStep(event);
      case 'epoch': {
        const { type, record, epochs, best } = event;
        write({ type, epochs, ...record, best });
        return throughput.pause();
      }
      case 'checkpoint': return throughput.pause();
      default: return write(event);
    }
  };
}
