import type { Tensor } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkLogits } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';

/** How far the largest logit of each sample is above the others, [n] each. */
export interface LogitDistances {
  /** The mean over the others. */
  readonly mean: Tensor<['batch']>;
  /** To the smallest. */
  readonly largest: Tensor<['batch']>;
  /** To the second. */
  readonly toSecond: Tensor<['batch']>;
}

/**
 * Distances of the largest logit to the others, for monitoring: what label smoothing and margins hold down.
 *
 * @param logits [n, classes], at least two classes
 * @throws {RangeError} for another shape
 */
export function logitDistances(logits: LogitsLike): LogitDistances {
  const [n, classes] = checkLogits('logitDistances', logits);
  if (classes < 2) throw new RangeError(`logitDistances: logits must have at least 2 classes, got ${classes}`);
  return tf.tidy(() => {
    const [first, second] = tf.unstack(tf.topk(logits, 2).values, 1) as [tf.Tensor1D, tf.Tensor1D];
    return {
      mean: tf.div<tf.Tensor1D>(tf.sum(tf.sub(tf.reshape(first, [n, 1]), logits), -1), classes - 1),
      largest: tf.sub<tf.Tensor1D>(first, tf.min(logits, -1)),
      toSecond: tf.sub<tf.Tensor1D>(first, second),
    };
  });
}
