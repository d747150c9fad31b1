import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf } from '../check.ts';
import type { TripletGaps } from '../miners/triplet-margin-miner.ts';
import type { Triplets } from '../miners/triplets.ts';
import type { PairLossOptions } from '../similarity/pair-matrix.ts';

export interface TripletSelection extends PairLossOptions {
  /** Of all triplets of positive and negative pairs, those that count: `tripletMarginMiner(…)`. Default: all. */
  readonly mine?: TripletGaps | undefined;
}

/** 'mean' over the triplets that count; 'avgNonZero': the sum divided by the number of terms that are > 0; 'sum'; 'perAnchor': the mean over anchors of the mean of their triplets. */
export type TripletReduction = 'mean' | 'avgNonZero' | 'sum' | 'perAnchor';

/** @throws {RangeError} for an unknown reduction */
export function checkTripletReduction(caller: string, reduction: unknown): asserts reduction is TripletReduction {
  if (typeof reduction === 'function') throw new RangeError(`${caller}: reduction must be a name unless maxPositives or triplets are given, got a function`);
  checkOneOf(caller, 'reduction', reduction, ['mean', 'avgNonZero', 'sum', 'perAnchor']);
}

/** Listed triplets and a choice among all of them exclude each other. @throws {RangeError} where both are given */
export function checkOneSelection(caller: string, { pairs, mine, triplets }: TripletSelection & { readonly triplets?: Triplets | undefined }): void {
  if (triplets && (pairs ?? mine)) throw new RangeError(`${caller}: triplets must be given without pairs and mine, got both`);
}

/** Farther than unit rows can be: where distances of pairs that do not count are put. */
export const FAR = 1e4;

export const float = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'float32');

/** How many elements a block of triplets may have: 16 MiB of float32. */
const BLOCK = 2 ** 22;

/** The anchors in slices such that none has too many triplets, as results of a function of [start, rows]. */
export function inAnchorBlocks<T extends tf.TensorContainer>(anchors: number, tripletsOfEach: number, visit: (start: number, rows: number) => T): T[] {
  const rows = Math.max(1, Math.floor(BLOCK / tripletsOfEach));
  return Array.from({ length: Math.ceil(anchors / rows) }, (_, i) => tf.tidy(() => visit(i * rows, Math.min(rows, anchors - i * rows))));
}

/** Sums of terms, how many of them are > 0, and how many triplets there are, by anchor: [anchors] each. */
export interface AnchorSums {
  readonly sums: tf.Tensor;
  readonly active: tf.Tensor;
  readonly counts: tf.Tensor;
}

/** 0 where the count is. */
export const ratio = (sum: tf.Tensor, count: tf.Tensor): Scalar => tf.div<Scalar>(sum, tf.maximum(count, 1));

export function reduceSums({ sums, active, counts }: AnchorSums, reduction: TripletReduction): Scalar {
  switch (reduction) {
    case 'mean': return ratio(tf.sum(sums), tf.sum(counts));
    case 'avgNonZero': return ratio(tf.sum(sums), tf.sum(active));
    case 'sum': return tf.sum<Scalar>(sums);
    case 'perAnchor': return ratio(tf.sum(tf.div(sums, tf.maximum(counts, 1))), tf.sum(tf.step(counts)));
  }
}
