import { checkAtLeast, checkWhole } from './check.ts';

/** A number that depends on the step, counted from 0. A plain function of the host: call it to plot it. Its value enters a compiled step as a scalar tensor. */
export type Schedule = (step: number) => number;

export interface WarmUpOptions {
  /** Steps of linear warm-up: step s < warmup has (s + 1) / (warmup + 1) of the peak, step `warmup` all of it. Default 0. */
  readonly warmup?: number;
}

/** Before `warmup` a linear rise to `peak`, then `after`. */
export function warmedUp(caller: string, peak: number, warmup: number, after: Schedule): Schedule {
  checkAtLeast(caller, 'peak', peak, 0);
  checkWhole(caller, 'warmup', warmup, 0);
  return (step) => (step < warmup ? (peak * (step + 1)) / (warmup + 1) : after(step));
}

/** Always the same rate, after an optional warm-up. */
export function constant(peak: number, { warmup = 0 }: WarmUpOptions = {}): Schedule {
  return warmedUp('constant', peak, warmup, () => peak);
}

/** A number stands for the schedule that is always that number. Values are checked when they are used. */
export function scheduleOf(caller: string, name: string, rate: number | Schedule): Schedule {
  if (typeof rate === 'number') checkAtLeast(caller, name, rate, 0);
  return (step) => {
    const value = typeof rate === 'number' ? rate : rate(step);
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be >= 0 and finite at every step, got ${value} at step ${step}`);
    return value;
  };
}
