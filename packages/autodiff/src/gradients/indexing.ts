import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, rule } from './rule.ts';
import { zeros } from './zeros.ts';

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims?: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Adds each gathered row to where it came from, in a tensor of this shape. With that as [batch, outer, rows, inner] and k indices per batch, the batches' rows are put one after
 * the other, and one scatter adds up all of them.
 */
export function ungather(dy: tf.Tensor, shape: number[], indices: tf.Tensor, { axis: anyAxis, batchDims = 0 }: GatherAttributes): tf.Tensor {
  const axis = tf.util.parseAxisParam(anyAxis, shape)[0]!;
  const batch = sizeOf(shape.slice(0, batchDims));
  const outer = sizeOf(shape.slice(batchDims, axis));
  const rows = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const k = sizeOf(indices.shape.slice(batchDims));
  const swap = (t: tf.Tensor): tf.Tensor => (outer === 1 ? t : tf.transpose(t, [0, 2, 1, 3]));
  const updates = tf.reshape(swap(tf.reshape(dy, [batch, outer, k, inner])), [batch * k, outer, inner]);
  const firstRows = tf.tensor2d(Int32Array.from({ length: batch }, (_, i) => i * rows), [batch, 1], 'int32');
  const places = batch === 1 ? indices : tf.add(tf.reshape(indices, [batch, k]), firstRows);
  const sums = tf.scatterND(tf.cast(tf.reshape(places, [batch * k, 1]), 'int32'), updates, [batch * rows, outer, inner]);
  return tf.reshape(swap(tf.reshape(sums, [batch, rows, outer, inner])), shape);
}

/** Rows of dy by segment; what was left out (a negative segment) gets zero. */
function rowsOfSegments(dy: tf.Tensor, ids: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const rows = tf.gather(dy, tf.maximum<tf.Tensor1D>(ids, tf.scalar(0, 'int32')));
  const left = tf.reshape(tf.greaterEqual(ids, tf.scalar(0, 'int32')), [...ids.shape, ...shape.slice(ids.rank).map(() => 1)]);
  return tf.where(left, rows, zeros(rows.shape));
}

/** Kernels that read or write at positions. Positions have no gradient. */
export const indexingGradients: GradientTable = {
  GatherNd: rule(['params', 'indices'], (dy, { params, indices }) => ({
    params: () => tf.scatterND(indices, dy, params.shape),
    indices: () => zeros(indices.shape),
  })),
  GatherV2: rule(['x', 'indices'], (dy, { x, indices }, attrs: GatherAttributes) => ({
    x: () => ungather(dy, x.shape, indices, attrs),
    indices: () => zeros(indices.shape),
  })),
  ScatterNd: rule(['indices'], (dy, { indices }) => ({
    indices: () => zeros(indices.shape),
    updates: () => tf.gatherND(dy, indices),
  })),
  UnsortedSegmentSum: rule(['x', 'segmentIds'], (dy, { x, segmentIds }) => ({
    x: () => rowsOfSegments(dy, segmentIds, x.shape),
    segmentIds: () => zeros(segmentIds.shape),
  })),
};
