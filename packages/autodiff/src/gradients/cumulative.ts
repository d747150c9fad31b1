import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, rule } from './rule.ts';

interface CumulativeAttributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** 1 at [k, i] where the i-th result has the k-th element as a factor. */
function isFactor(count: number, { exclusive, reverse }: CumulativeAttributes): tf.Tensor {
  const places = tf.range(0, count, 1, 'int32');
  const [k, i] = [tf.reshape(places, [count, 1]), tf.reshape(places, [1, count])];
  const [from, to] = reverse ? [i, k] : [k, i];
  return tf.cast(exclusive ? tf.less(from, to) : tf.lessEqual(from, to), 'float32');
}

/** With each element in turn replaced by 1, products again: no quotients, so that zeros do no harm. Needs n² elements along an axis of n. */
function productGradient(dy: tf.Tensor, x: tf.Tensor, attrs: CumulativeAttributes): tf.Tensor {
  const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0]!;
  const count = x.shape[axis]!;
  if (count === 0) return dy;
  const row = (t: tf.Tensor): tf.Tensor => tf.reshape(t, [tf.util.sizeFromShape(x.shape.slice(0, axis)), 1, count, tf.util.sizeFromShape(x.shape.slice(axis + 1))]);
  const perElement = (t: tf.Tensor): tf.Tensor => tf.reshape(t, [1, count, count, 1]);
  const others = tf.where(tf.cast(perElement(tf.eye(count)), 'bool'), 1, row(x));
  const slopes = tf.mul(tf.cumprod(others, 2, attrs.exclusive, attrs.reverse), perElement(isFactor(count, attrs)));
  return tf.reshape(tf.sum(tf.mul(slopes, row(dy)), 2), x.shape);
}

/** Running sums and products along an axis. */
export const cumulativeGradients: GradientTable = {
  Cumprod: rule(['x'], (dy, { x }, attrs: CumulativeAttributes) => ({ x: () => productGradient(dy, x, attrs) })),
  Cumsum: rule(['x'], (dy, _, { axis, exclusive, reverse }: CumulativeAttributes) => ({ x: () => tf.cumsum(dy, axis, exclusive, !reverse) })),
};
