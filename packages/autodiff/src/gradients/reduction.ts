import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { broadcast } from './broadcast.ts';
import { mask } from './mask.ts';
import { type GradientTable, rule } from './rule.ts';

interface AxesAttributes {
  readonly axis?: number | number[];
  /** Max calls its axes so. */
  readonly reductionIndices?: number | number[];
}

function axesOf(x: tf.Tensor, { axis, reductionIndices }: AxesAttributes): number[] {
  return tf.util.parseAxisParam(axis ?? reductionIndices ?? x.shape.map((_, i) => i), x.shape);
}

/** The shape of the reduced tensor with axes of length 1 in place of those that are gone. */
function keptShape(x: tf.Tensor, axes: readonly number[]): number[] {
  return x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

/** The extreme elements share dy evenly. */
function extremeGradient(dy: tf.Tensor, x: tf.Tensor, attrs: AxesAttributes, extreme: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor): tf.Tensor {
  const axes = axesOf(x, attrs);
  const still = detach(x);
  const winners = mask(tf.equal(still, extreme(still, axes, true)));
  return tf.mul(tf.reshape(dy, keptShape(x, axes)), tf.div(winners, tf.sum(winners, axes, true)));
}

/** For each element the product of all others along the reduced axes, as a product (not a quotient) so that zeros do no harm. */
function productOfOthers(x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const perm = [...kept, ...axes];
  const turned = tf.transpose(x, perm);
  const count = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
  const rows = tf.reshape(turned, [x.size / Math.max(1, count), 1, count]);
  const others = tf.prod(tf.where(tf.cast(tf.eye(count), 'bool'), 1, rows), 2);
  return tf.transpose(tf.reshape(others, turned.shape), tf.backend_util.getUndoAxesPermutation(perm));
}

/** Sums, means, extremes and products over axes. */
export const reductionGradients: GradientTable = {
  Max: rule(['x'], (dy, { x }, attrs: AxesAttributes) => ({ x: () => extremeGradient(dy, x, attrs, tf.max) })),
  Mean: rule(['x'], (dy, { x }, attrs: AxesAttributes) => ({
    x: () => {
      const kept = keptShape(x, axesOf(x, attrs));
      const count = x.size / kept.reduce((a, b) => a * b, 1);
      return broadcast(tf.mul(tf.reshape(dy, kept), 1 / count), x.shape);
    },
  })),
  Min: rule(['x'], (dy, { x }, attrs: AxesAttributes) => ({ x: () => extremeGradient(dy, x, attrs, tf.min) })),
  Prod: rule(['x'], (dy, { x }, attrs: AxesAttributes) => ({
    x: () => {
      const axes = axesOf(x, attrs);
      return tf.mul(tf.reshape(dy, keptShape(x, axes)), productOfOthers(x, axes));
    },
  })),
  Sum: rule(['x'], (dy, { x }, attrs: AxesAttributes) => ({ x: () => broadcast(tf.reshape(dy, keptShape(x, axesOf(x, attrs))), x.shape) })),
};
