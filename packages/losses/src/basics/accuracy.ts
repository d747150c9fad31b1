import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkLogits } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

/** 1 where both are equal, else 0. */
export const hits = (predicted: tf.Tensor, labels: tf.Tensor): tf.Tensor => tf.cast(tf.equal(predicted, labels), 'float32');

/**
 * Whether the largest logit is the label's, 0 or 1 per sample; its mean is the accuracy. Of equal logits the first counts.
 *
 * @param logits [n, classes]
 * @param labels int32 [n]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, an unknown reduction
 */
export function accuracy<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  const [n] = checkLogits('accuracy', logits);
  checkLabels('accuracy', 'labels', labels, n);
  return tf.tidy(() => reduce('accuracy', hits(tf.argMax(logits, -1), labels), reduction));
}
