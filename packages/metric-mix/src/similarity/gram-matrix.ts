import { attachGradient, detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Inner products of all pairs of rows. The gradient is one matrix product, (dG + dGᵀ) x, where that of `matMul(x, xᵀ)` is two.
 *
 * @param x [n, dimensions]
 * @returns [n, n]
 */
export function gramMatrix(x: tf.Tensor): tf.Tensor2D {
  const still = detach(x as tf.Tensor2D);
  return attachGradient(x, tf.matMul(still, still, false, true), (dy, rows) => tf.matMul(tf.add<tf.Tensor2D>(dy, tf.transpose(dy)), rows as tf.Tensor2D));
}
