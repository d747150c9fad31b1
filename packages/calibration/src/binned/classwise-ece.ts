// Nixon et al.: Measuring Calibration in Deep Learning, 2019 (arXiv 1904.01685), "static calibration error";
// Kull et al.: Beyond temperature scaling, 2019 (arXiv 1910.12656), "classwise-ECE".
import { statisticsOf } from './bins.ts';
import { type CalibrationErrorOptions, calibrationErrorOf } from './expected-calibration-error.ts';
import { classEvents, readClassified } from '../inputs/events.ts';
import type { ArrayInput, Predictions } from '../inputs/predictions.ts';

export interface ClasswiseEce {
  /** Mean over all classes, also those that no label has. */
  readonly value: number;
  /** `[classes]` */
  readonly perClass: Float64Array;
}

/**
 * The calibration error of each class's probability against "the label is that class", and their mean.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function classwiseEce(predictions: Predictions, labels: ArrayInput, options: CalibrationErrorOptions = {}): ClasswiseEce {
  const read = readClassified(predictions, labels, 'classwiseEce');
  const perClass = Float64Array.from({ length: read.matrix.columns }, (_, k) =>
    calibrationErrorOf(statisticsOf(classEvents(read.matrix, read.labels, k), options, 'classwiseEce'), options.norm ?? 'l1'));
  return { value: perClass.reduce((sum, x) => sum + x, 0) / perClass.length, perClass };
}
