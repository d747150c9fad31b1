import * as tf from '@tensorflow/tfjs-core';

/** Sums over the axes along which an operand of this shape was broadcast. */
export function sumTo(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const lead = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  if (axes.length === 0) return dy;
  const sum = tf.sum(dy, axes, true);
  return lead === 0 ? sum : tf.reshape(sum, [...shape]);
}
