import * as tf from '@tensorflow/tfjs-core';
import { ungather } from './indexing.ts';
import { type GradientTable, rule, type Rule } from './rule.ts';
import { zeros } from './zeros.ts';

/** Rows of dy by segment; what was left out (a negative segment) gets zero. */
function rowsOfSegments(dy: tf.Tensor, ids: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const rows = tf.gather(dy, tf.maximum<tf.Tensor1D>(ids, tf.scalar(0, 'int32')));
  const left = tf.reshape(tf.greaterEqual(ids, tf.scalar(0, 'int32')), [...ids.shape, ...shape.slice(ids.rank).map(() => 1)]);
  return tf.where(left, rows, zeros(rows.shape));
}

/** Rows of `data` that were summed by segment; each gets what its segment has, divided by the number of its rows if they were averaged. */
function unsegment(dy: tf.Tensor, { data, indices, segmentIds }: Readonly<Record<'data' | 'indices' | 'segmentIds', tf.Tensor>>, averaged: boolean): tf.Tensor {
  const ids = segmentIds as tf.Tensor1D;
  const counts = (): tf.Tensor => tf.maximum(tf.scatterND(tf.reshape(ids, [ids.size, 1]), tf.ones([ids.size]), [dy.shape[0]]), 1);
  const shares = averaged ? tf.div(dy, tf.reshape(counts(), dy.shape.map((size, i) => (i === 0 ? size : 1)))) : dy;
  return ungather(tf.gather(shares, ids), data.shape, indices, { axis: 0 });
}

const segmentRule = (averaged: boolean): Rule => rule(['data', 'indices', 'segmentIds'], (dy, operands) => ({
  data: () => unsegment(dy, operands, averaged),
  indices: () => zeros(operands.indices.shape),
  segmentIds: () => zeros(operands.segmentIds.shape),
}));

/** Sums and means of rows by segment. */
export const segmentGradients: GradientTable = {
  SparseSegmentMean: segmentRule(true),
  SparseSegmentSum: segmentRule(false),
  UnsortedSegmentSum: rule(['x', 'segmentIds'], (dy, { x, segmentIds }) => ({
    x: () => rowsOfSegments(dy, segmentIds, x.shape),
    segmentIds: () => zeros(segmentIds.shape),
  })),
};
