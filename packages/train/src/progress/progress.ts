import { checkAtLeast } from '../check.ts';
import type { Listener } from '../fit/events.ts';
import { jsonLines } from './json-lines.ts';
import { progressBar } from './progress-bar.ts';

/** What progress needs of a stream. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** Seconds between lines of JSON within an epoch. Default 10. */
  readonly interval?: number;
}

/**
 * A listener for `fit` that shows where training is. On a terminal a bar with loss, accuracy, images per second and the time that is left, drawn at most
 * ten times a second; elsewhere JSON lines: start, every epoch, the end, and every `interval` seconds a step.
 *
 * @param stream default stderr
 */
export function progress(stream: ProgressStream = process.stderr, { interval = 10 }: ProgressOptions = {}): Listener {
  checkAtLeast('progress', 'interval', interval, 0);
  return stream.isTTY ? progressBar(stream) : jsonLines(stream, interval);
}
