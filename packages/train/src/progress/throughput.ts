import type { StepEvent } from '../fit/events.ts';

/** Seconds after which what was measured counts 1/e. */
const MEMORY = 10;

/** Speed of the last ten seconds or so. */
export interface Throughput {
  /** A step ended now. */
  step(rows: number): void;
  /** Time up to now was spent on something else. */
  pause(): void;
  /** 0 before anything was measured. */
  readonly rowsPerSecond: number;
  /** Time for the steps to come, evaluation not counted; undefined: not known yet. */
  secondsLeft(event: StepEvent): number | undefined;
}

/** The first step is left out: it includes compilation. */
export function createThroughput(): Throughput {
  let [rowSum, stepSum, seconds] = [0, 0, 0];
  let last: number | null = null;
  return {
    step(rows) {
      const now = performance.now();
      if (last !== null) {
        const elapsed = (now - last) / 1000;
        const fade = Math.exp(-elapsed / MEMORY);
        [rowSum, stepSum, seconds] = [rowSum * fade + rows, stepSum * fade + 1, seconds * fade + elapsed];
      }
      last = now;
    },
    pause() {
      if (last !== null) last = performance.now();
    },
    get rowsPerSecond() { return seconds > 0 ? rowSum / seconds : 0; },
    secondsLeft({ epoch, epochs, batch, batches }) {
      if (batches === undefined || seconds === 0) return undefined;
      return (((epochs - epoch) * batches - batch) * seconds) / stepSum;
    },
  };
}
