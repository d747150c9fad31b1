// Nixon et al.: Measuring Calibration in Deep Learning, 2019 (arXiv 1904.01685), equation 4 (ACE) and TACE.
import { defaultBins, statisticsOf } from './bins.ts';
import { classEvents, type Events, readClassified } from '../inputs/events.ts';
import { calibrationErrorOf } from './expected-calibration-error.ts';
import type { ArrayInput, Predictions } from '../inputs/predictions.ts';

export interface AdaptiveCalibrationErrorOptions {
  /** Number of groups of equal size per class. Default 15. */
  readonly bins?: number;
  /** Probabilities up to this are left out (TACE: 0.01 or 0.001). Default: none is left out (ACE). */
  readonly threshold?: number;
}

function above({ confidence, outcome }: Events, threshold: number): Events {
  const keep = (_: number, n: number): boolean => (confidence[n] as number) > threshold;
  return { confidence: confidence.filter(keep), outcome: outcome.filter(keep) };
}

/**
 * Nixon's ACE: per class, groups of equal size in order of that class's probability; the plain mean of |accuracy − confidence|
 * over groups, then over classes. With a threshold: TACE. A class with no probability above the threshold counts as 0.
 * Not to be confused with the "ACE" of netcal: `expectedCalibrationError(…, { norm: 'average' })`.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 */
export function adaptiveCalibrationError(predictions: Predictions, labels: ArrayInput, options: AdaptiveCalibrationErrorOptions = {}): number {
  const name = 'adaptiveCalibrationError';
  const { bins = defaultBins, threshold = -1 } = options;
  const read = readClassified(predictions, labels, name);
  const { columns } = read.matrix;
  let total = 0;
  for (let k = 0; k < columns; k++) {
    const events = above(classEvents(read.matrix, read.labels, k), threshold);
    if (events.confidence.length > 0) total += calibrationErrorOf(statisticsOf(events, { bins, binning: 'mass' }, name), 'average');
  }
  return total / columns;
}
