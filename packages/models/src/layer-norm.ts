import * as tf from '@tensorflow/tfjs-core';

/**
 * Layer normalisation over the last axis: y = γ·(x − mean)/√(variance + ε) + β (Ba et al. 2016, arXiv 1607.06450).
 *
 * @param x […, channels]
 * @param gamma [channels]
 * @param beta [channels]
 */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta);
}
