import type { NamedTensors } from '../parity/parity-cases.ts';
import type { RuntimeSession } from './open-runtime.ts';

/** How fast a file runs at one batch size. */
export interface Speed {
  readonly batch: number;
  /** Examples per second: the batch over the median of the runs' times. */
  readonly perSecond: number;
  readonly runs: number;
}

const LEAST_RUNS = 3;
const MOST_RUNS = 50;
/** Runs stop after so many milliseconds, once there are the least. */
const BUDGET = 500;

/** Measures a loaded file; one run before warms it up. Takes about half a second, or as long as four runs. */
export async function measureSpeed(session: RuntimeSession, feeds: NamedTensors): Promise<Speed> {
  const batch = Object.values(feeds)[0]!.shape[0]!;
  await session.run(feeds);
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < LEAST_RUNS || (times.length < MOST_RUNS && performance.now() - begin < BUDGET)) {
    const start = performance.now();
    await session.run(feeds);
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[times.length >> 1]!;
  return { batch, perSecond: (1000 * batch) / median, runs: times.length };
}
