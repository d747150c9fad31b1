import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '../check.ts';

/**
 * The mean over the samples that count, 0 where none does: what `ignore_index` is elsewhere.
 *
 * @param perSample [n], such as a loss with reduction 'none'
 * @param counts [n], true or 1 for samples that count
 * @throws {RangeError} for another shape of counts
 */
export function maskedMean(perSample: tf.Tensor, counts: tf.Tensor): Scalar {
  checkShape('maskedMean', 'counts', counts, perSample.shape);
  return tf.tidy(() => {
    const mask = tf.cast(counts, 'float32');
    return tf.div<Scalar>(tf.sum(tf.mul(perSample, mask)), tf.maximum(tf.sum(mask), 1));
  });
}
