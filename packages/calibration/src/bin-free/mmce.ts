// Kumar, Sarawagi, Jain: Trainable Calibration Measures for Neural Networks from Kernel Mean Embeddings, 2018, equation 5.
import { ascending } from '../binned/order.ts';
import { compensatedSum } from '../inputs/compensated-sum.ts';
import { type CalibrationMode, type Events, modeOf, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import type { BinFreeOptions } from './ks-error.ts';

export interface Mmce {
  /** √ of `squared`. */
  readonly value: number;
  /** Mean over all pairs, also of a sample with itself: biased, never negative. */
  readonly squared: number;
  /** Mean over pairs of two samples: unbiased, may be negative. NaN for one sample. */
  readonly unbiasedSquared: number;
  readonly n: number;
  readonly mode: CalibrationMode;
  readonly width: number;
}

/**
 * Σ_i r_i² and Σ_{i<j} r_i r_j exp(−|c_i − c_j| / width), r = outcome − confidence. In order of confidence the kernel is a product over neighbours: what all samples
 * before weigh follows from what they weighed one sample before. n steps instead of n².
 */
function pairSums({ confidence, outcome }: Events, width: number): { readonly diagonal: number; readonly pairs: number } {
  const [diagonal, pairs] = [compensatedSum(), compensatedSum()];
  let before = 0;
  for (let i = 0; i < confidence.length; i++) {
    const residual = outcome[i]! - confidence[i]!;
    if (i > 0) before *= Math.exp((confidence[i - 1]! - confidence[i]!) / width);
    pairs.add(residual * before);
    diagonal.add(residual * residual);
    before += residual;
  }
  return { diagonal: diagonal.value, pairs: pairs.value };
}

export function mmceOf(sorted: Events, width: number): Pick<Mmce, 'value' | 'squared' | 'unbiasedSquared'> {
  const n = sorted.outcome.length;
  const { diagonal, pairs } = pairSums(sorted, width);
  const squared = Math.max(0, (diagonal + 2 * pairs) / (n * n));
  return { value: Math.sqrt(squared), squared, unbiasedSquared: (2 * pairs) / (n * (n - 1)) };
}

/**
 * Maximum mean calibration error: √ of the mean over pairs of (o_i − c_i)(o_j − c_j) exp(−|c_i − c_j| / width). No bins; exact at any n (n log n).
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @param options.width of the kernel, > 0; default 0.4
 * @throws {RangeError} naming the first bad row, or for width <= 0
 */
export function mmce(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinFreeOptions & { readonly width?: number } = {}): Mmce {
  const { width = 0.4 } = options;
  if (!(width > 0)) throw new RangeError(`mmce: width must be > 0, got ${width}`);
  const events = readEvents(predictions, labels, 'mmce', options.mode);
  return { ...mmceOf(ascending(events), width), n: events.outcome.length, mode: modeOf(predictions, options.mode, 'mmce'), width };
}
