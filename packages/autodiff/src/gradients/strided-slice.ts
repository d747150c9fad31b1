import * as tf from '@tensorflow/tfjs-core';
import { dilate } from './dilate.ts';
import { type GradientTable, rule } from './rule.ts';

/** Puts elements back to `begin`, `begin + stride`, … along an axis of length `full`. */
function place(dy: tf.Tensor, axis: number, { begin, stride, full }: { begin: number; stride: number; full: number }): tf.Tensor {
  const count = dy.shape[axis]!;
  const ascending = stride < 0 && count > 0 ? tf.reverse(dy, axis) : dy;
  const spread = dilate(ascending, axis, Math.abs(stride));
  const lowest = count === 0 ? 0 : Math.min(begin, begin + (count - 1) * stride);
  const after = full - lowest - spread.shape[axis]!;
  return lowest === 0 && after === 0 ? spread : tf.pad(spread, dy.shape.map((_, i): [number, number] => (i === axis ? [lowest, after] : [0, 0])));
}

/** Elements that were not taken get zero. */
function unstride(dy: tf.Tensor, x: tf.Tensor, a: tf.StridedSliceAttrs): tf.Tensor {
  const { begin, end, strides } = tf.slice_util.sliceInfo(x.shape, a.begin, a.end, a.strides, a.beginMask, a.endMask, a.ellipsisMask, a.newAxisMask, a.shrinkAxisMask);
  const taken = tf.reshape(dy, tf.slice_util.computeOutShape(begin, end, strides).map((size) => Math.max(0, size)));
  return x.shape.reduce((placed: tf.Tensor, full, axis) => place(placed, axis, { begin: begin[axis]!, stride: strides[axis]!, full }), taken);
}

/** Slices with strides, which may be negative. */
export const stridedSliceGradients: GradientTable = {
  StridedSlice: rule(['x'], (dy, { x }, attrs: tf.StridedSliceAttrs) => ({ x: () => unstride(dy, x, attrs) })),
};
