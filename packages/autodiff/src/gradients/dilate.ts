import * as tf from '@tensorflow/tfjs-core';

/** Puts `step − 1` zeros between the elements along an axis: size n becomes (n − 1)·step + 1. */
export function dilate(x: tf.Tensor, axis: number, step: number): tf.Tensor {
  const size = x.shape[axis]!;
  if (step === 1 || size === 0) return x;
  const apart = tf.reshape(x, x.shape.toSpliced(axis + 1, 0, 1));
  const paddings = apart.shape.map((_, i): [number, number] => [0, i === axis + 1 ? step - 1 : 0]);
  const spread = tf.reshape(tf.pad(apart, paddings), x.shape.toSpliced(axis, 1, size * step));
  return tf.slice(spread, x.shape.map(() => 0), x.shape.toSpliced(axis, 1, (size - 1) * step + 1));
}

/** Every `step`-th element along each axis. */
export function everyNth(x: tf.Tensor, steps: readonly number[]): tf.Tensor {
  return steps.every((step) => step === 1) ? x : tf.stridedSlice(x, x.shape.map(() => 0), x.shape, [...steps]);
}
