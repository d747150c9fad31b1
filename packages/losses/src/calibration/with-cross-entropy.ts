import * as tf from '@tensorflow/tfjs-core';
import { labelColumns } from '../basics/label-columns.ts';
import { labelLogP } from '../basics/label-log-p.ts';
import { checkLabels, checkLogits, checkNotNegative } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import type { Reduction, ReductionOptions } from '../reduction.ts';

export interface WeightedOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** What the term beside the cross entropy counts, ≥ 0: a number or a scalar. */
  readonly weight?: number | tf.Tensor;
}

/** @throws {RangeError} for other shapes, a negative weight; {TypeError} for labels that are not int32 */
export function checkWeighted(caller: string, logits: LogitsLike, labels: LabelsLike, weight: number | tf.Tensor): readonly [n: number, classes: number] {
  const [n, classes] = checkLogits(caller, logits);
  checkLabels(caller, 'labels', labels, n);
  checkNotNegative(caller, 'weight', weight);
  return [n, classes];
}

/** [n]: cross entropy and another term of each sample, or one of the batch, which each sample then has. */
export function withCrossEntropy(logits: LogitsLike, labels: LabelsLike, term: tf.Tensor): tf.Tensor {
  return tf.sub(term, tf.reshape(labelLogP(logits, labelColumns(labels)), [-1]));
}
