import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { TripletGaps } from '../miners/triplet-margin-miner.ts';
import { type AnchorSums, FAR, float } from './triplet-options.ts';

// a type, as `tf.tidy` returns no interfaces
export type TripletCounts = {
  /** [anchors, examples]: in how many triplets a pair is as a positive; 0 where it is none. */
  readonly positiveCounts: tf.Tensor;
  /** [anchors, examples]: in how many triplets a pair is as a negative; 0 where it is none. */
  readonly negativeCounts: tf.Tensor;
};

/**
 * Counts of the triplets with d_an < d_ap + bound, or ≤: by sorting each anchor's negatives among its positives, moved by the bound, so that no triplet is looked at.
 *
 * @param order which of equals comes first: positives for <, negatives for ≤
 */
function countsWithin(d: tf.Tensor, positive: tf.Tensor, negative: tf.Tensor, bound: number, order: 'positives first' | 'negatives first'): TripletCounts {
  const [anchors, examples] = d.shape as [number, number];
  const far = tf.fill(d.shape, FAR);
  const sides = [tf.where(positive, tf.add(d, bound), far), tf.where(negative, d, far)];
  const first = order === 'positives first';
  const { values, indices } = tf.topk(tf.neg(tf.concat(first ? sides : sides.reverse(), 1)), 2 * examples);
  const there = float(tf.greater(values, -FAR / 2));
  const isFirst = tf.mul(there, float(tf.less(indices, examples)));
  const isSecond = tf.sub(there, isFirst);
  const [isPositive, isNegative] = first ? [isFirst, isSecond] : [isSecond, isFirst];
  const after = tf.sub(tf.sum(isPositive, 1, true), tf.cumsum(isPositive, 1));
  const sorted = tf.add(tf.mul(isPositive, tf.cumsum(isNegative, 1)), tf.mul(isNegative, after));
  const places = tf.add(indices, tf.expandDims(tf.range(0, 2 * anchors * examples, 2 * examples, 'int32'), 1));
  const counts: tf.Tensor = tf.scatterND(tf.reshape(places, [-1, 1]), tf.reshape(sorted, [-1]), [2 * anchors * examples]);
  const halves = tf.split(tf.reshape(counts, [anchors, 2 * examples]), 2, 1) as [tf.Tensor, tf.Tensor];
  const [positiveCounts, negativeCounts] = first ? halves : halves.reverse() as [tf.Tensor, tf.Tensor];
  return { positiveCounts, negativeCounts };
}

/**
 * In how many triplets each pair is, of those whose gap d_an − d_ap is above and up to bounds, and below one. Constants for gradients.
 *
 * @param distances [anchors, examples]
 * @param positive bool [anchors, examples]
 * @param negative bool [anchors, examples]
 */
export function tripletCounts(distances: tf.Tensor, positive: tf.Tensor, negative: tf.Tensor, { above = -Infinity, upTo = Infinity, below = Infinity }: TripletGaps & { readonly below?: number }): TripletCounts {
  return tf.tidy(() => {
    const d = detach(distances);
    const [p, n] = [float(positive), float(negative)];
    const smallest = upTo < below ? countsWithin(d, positive, negative, upTo, 'negatives first')
      : below < Infinity ? countsWithin(d, positive, negative, below, 'positives first')
        : { positiveCounts: tf.mul(p, tf.sum(n, 1, true)), negativeCounts: tf.mul(n, tf.sum(p, 1, true)) };
    if (above === -Infinity) return smallest;
    const without = countsWithin(d, positive, negative, above, 'negatives first');
    // where no gap is above one bound and within the other, the difference is below 0
    const rest = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.relu(tf.sub(a, b));
    return { positiveCounts: rest(smallest.positiveCounts, without.positiveCounts), negativeCounts: rest(smallest.negativeCounts, without.negativeCounts) };
  });
}

/**
 * Sums of [d_ap − d_an + m]₊ over the triplets of each anchor: each distance times the number of active triplets that it is in, which is also their gradient.
 *
 * @param distances [anchors, examples]
 * @param positive bool [anchors, examples]
 * @param negative bool [anchors, examples]
 */
export function hingeSums(distances: tf.Tensor, positive: tf.Tensor, negative: tf.Tensor, margin: number, mine: TripletGaps): AnchorSums {
  const { positiveCounts, negativeCounts } = tripletCounts(distances, positive, negative, { ...mine, below: margin });
  const sums = tf.sum(tf.sub(tf.mul(positiveCounts, tf.add(distances, margin)), tf.mul(negativeCounts, distances)), 1);
  return { sums, active: tf.sum(positiveCounts, 1), counts: tf.sum(tripletCounts(distances, positive, negative, mine).positiveCounts, 1) };
}
