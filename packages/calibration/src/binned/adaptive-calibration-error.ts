// Nixon et al.: Measuring Calibration in Deep Learning, 2019 (arXiv 1904.01685), equation 4 (ACE) and TACE.
import { classEvents, type Events, readClassified } from '../inputs/events.ts';
import type { ArrayInput, Matrix, Predictions } from '../inputs/predictions.ts';
import { binOptions, statisticsOf } from './bin-statistics.ts';
import { checkBins, defaultBins } from './bins.ts';
import { type CalibrationError, calibrationErrorOf } from './expected-calibration-error.ts';

export interface AdaptiveCalibrationErrorOptions {
  /** Number of groups of equal size per class. Default 15. */
  readonly bins?: number;
  /** Probabilities up to this are left out (TACE: 0.01 or 0.001). Default: none is left out (ACE). */
  readonly threshold?: number;
}

function above({ confidence, outcome }: Events, threshold: number): Events {
  const keep = (_: number, n: number): boolean => confidence[n]! > threshold;
  return { confidence: confidence.filter(keep), outcome: outcome.filter(keep) };
}

/** ACE of probabilities that were read already. */
export function adaptiveErrorOf(matrix: Matrix, labels: Int32Array, bins: number, threshold: number): number {
  const options = binOptions({ bins, binning: 'mass' }, 'adaptiveCalibrationError');
  let total = 0;
  for (let k = 0; k < matrix.columns; k++) {
    const events = above(classEvents(matrix, labels, k), threshold);
    if (events.confidence.length > 0) total += calibrationErrorOf(statisticsOf(events, options), 'average');
  }
  return total / matrix.columns;
}

/**
 * Nixon's ACE: per class, groups of equal size in order of that class's probability; the plain mean of |accuracy − confidence|
 * over groups, then over classes. With a threshold: TACE. A class with no probability above the threshold counts as 0.
 * Not to be confused with the "ACE" of netcal: `expectedCalibrationError(…, { norm: 'average' })`.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws {RangeError} naming the first bad row
 */
export function adaptiveCalibrationError(predictions: Predictions, labels: ArrayInput, options: AdaptiveCalibrationErrorOptions = {}): CalibrationError & { readonly threshold: number } {
  const name = 'adaptiveCalibrationError';
  const { bins = defaultBins, threshold = -1 } = options;
  if (!(threshold >= -1 && threshold < 1)) throw new RangeError(`${name}: threshold must be < 1, got ${threshold}`);
  checkBins(bins, name);
  const { matrix, labels: y } = readClassified(predictions, labels, name);
  const value = adaptiveErrorOf(matrix, y, bins, threshold);
  return { value, n: matrix.rows, bins: Math.min(bins, matrix.rows), rule: 'right', binning: 'mass', mode: 'classwise', norm: 'average', debias: false, threshold };
}
