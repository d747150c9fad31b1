// Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts, 2017 (arXiv 1608.03983), equation 5, without restarts.
import { checkAtLeast, checkWhole } from './check.ts';
import { type Schedule, warmedUp, type WarmUpOptions } from './schedule.ts';

export interface CosineOptions extends WarmUpOptions {
  /** The highest rate, ≥ 0. */
  readonly peak: number;
  /** Length in steps, warm-up included; greater than `warmup`. From there on the rate stays at `final`. */
  readonly steps: number;
  /** The rate at step `steps`. Default 0. */
  readonly final?: number;
}

/**
 * Half a cosine from `peak` down to `final`: final + (peak − final) · (1 + cos(π·t)) / 2 with t = (step − warmup) / (steps − warmup).
 * Without warm-up PyTorch's `CosineAnnealingLR(T_max=steps, eta_min=final)`.
 *
 * @throws {RangeError} for a rate < 0, or steps that do not exceed the warm-up
 */
export function cosine({ peak, steps, warmup = 0, final = 0 }: CosineOptions): Schedule {
  checkAtLeast('cosine', 'final', final, 0);
  checkWhole('cosine', 'steps', steps, 1);
  if (steps <= warmup) throw new RangeError(`cosine: steps must be > warmup = ${warmup}, got ${steps}`);
  return warmedUp('cosine', peak, warmup, (step) => {
    const t = Math.min(1, (step - warmup) / (steps - warmup));
    return final + ((peak - final) * (1 + Math.cos(Math.PI * t))) / 2;
  });
}
