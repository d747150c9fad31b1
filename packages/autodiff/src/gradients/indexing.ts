import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { mask } from './mask.ts';
import { type GradientTable, multiRule, rule } from './rule.ts';
import { sumTo } from './sum-to.ts';
import { zeros } from './zeros.ts';

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims?: number;
}

/**
 * Adds each gathered row to where it came from, in a tensor of this shape. With that as [batch, outer, rows, inner] and k indices per batch, the batches' rows are put one after
 * the other, and one scatter adds up all of them.
 */
export function ungather(dy: tf.Tensor, shape: number[], indices: tf.Tensor, { axis: anyAxis, batchDims = 0 }: GatherAttributes): tf.Tensor {
  const axis = tf.util.parseAxisParam(anyAxis, shape)[0]!;
  const batch = tf.util.sizeFromShape(shape.slice(0, batchDims));
  const outer = tf.util.sizeFromShape(shape.slice(batchDims, axis));
  const rows = shape[axis]!;
  const inner = tf.util.sizeFromShape(shape.slice(axis + 1));
  const k = tf.util.sizeFromShape(indices.shape.slice(batchDims));
  const swap = (t: tf.Tensor): tf.Tensor => (outer === 1 ? t : tf.transpose(t, [0, 2, 1, 3]));
  const updates = tf.reshape(swap(tf.reshape(dy, [batch, outer, k, inner])), [batch * k, outer, inner]);
  const firstRows = tf.tensor2d(Int32Array.from({ length: batch }, (_, i) => i * rows), [batch, 1], 'int32');
  const places = batch === 1 ? indices : tf.add(tf.reshape(indices, [batch, k]), firstRows);
  const sums = tf.scatterND(tf.cast(tf.reshape(places, [batch * k, 1]), 'int32'), updates, [batch * rows, outer, inner]);
  return tf.reshape(swap(tf.reshape(sums, [batch, rows, outer, inner])), shape);
}

interface TopAttributes {
  readonly k: number;
  readonly sorted: boolean;
}

/** Sends dy to where the largest elements are. */
function untop(dy: tf.Tensor, x: tf.Tensor, { k, sorted }: TopAttributes): tf.Tensor {
  const { indices } = tf.topk(detach(x), k, sorted);
  return ungather(dy, x.shape, indices, { axis: -1, batchDims: x.rank - 1 });
}

/** Without the places that were written to. Not by TensorScatterUpdate, which on TensorFlow.js's CPU back end writes into its operand. */
function elsewhere(dy: tf.Tensor, indices: tf.Tensor, updates: number[]): tf.Tensor {
  return tf.mul(dy, mask(tf.equal(tf.scatterND(indices, tf.ones(updates), dy.shape), 0)));
}

/**
 * Kernels that read or write at positions. Positions have no gradient. Of several updates of one place TensorFlow.js keeps any; all of them get the gradient.
 */
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
  SparseToDense: rule(['sparseIndices', 'sparseValues'], (dy, { sparseIndices, sparseValues }) => {
    const rows = (): tf.Tensor => (sparseIndices.rank === 2 ? sparseIndices : tf.reshape(sparseIndices, [sparseIndices.size, 1]));
    return {
      sparseIndices: () => zeros(sparseIndices.shape),
      sparseValues: () => sumTo(tf.gatherND(dy, rows()), sparseValues.shape),
      defaultValue: () => tf.sum(elsewhere(dy, rows(), [sparseIndices.shape[0] ?? 1])),
    };
  }),
  TensorScatterUpdate: rule(['indices', 'updates'], (dy, { indices, updates }) => ({
    tensor: () => elsewhere(dy, indices, updates.shape),
    indices: () => zeros(indices.shape),
    updates: () => tf.gatherND(dy, indices),
  })),
  TopK: multiRule(['x'], ([dy], { x }, attrs: TopAttributes) => ({ x: () => untop(dy!, x, attrs) })),
};
