import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Inner products of all pairs of rows. The gradient is one matrix product, (dG + dGᵀ) x, where that of `matMul(x, xᵀ)` is two.
 *
 * @param x [n, dimensions]
 * @returns [n, n]
 */
export function gramMatrix(x: tf.Tensor): tf.Tensor2D {
  const attach = tf.customGrad((operand, save) => {
    const rows = operand as tf.Tensor2D;
    (save as tf.GradSaveFunc)([rows]);
    const still = detach(rows);
    return { value: tf.matMul(still, still, false, true), gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.matMul(tf.add<tf.Tensor2D>(dy, tf.transpose(dy)), saved as tf.Tensor2D) };
  });
  return attach(x) as tf.Tensor2D;
}
