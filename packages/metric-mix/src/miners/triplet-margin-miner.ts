import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkOneOf } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { minedMatrix, type MinerOptions } from './mined-matrix.ts';

/** Which triplets count, by their gap d_an − d_ap: from a tensor of any shape to bool of the same. */
export type TripletMiner = (gaps: tf.Tensor) => tf.Tensor;

export interface TripletMarginMinerOptions {
  /** 'all' that violate the margin, gap ≤ m; of those the 'hard', gap ≤ 0, or the 'semihard', gap > 0; or the 'easy', which do not, gap > m. Default 'all'. */
  readonly kind?: 'all' | 'hard' | 'semihard' | 'easy';
  /** m. Default 0.2. */
  readonly margin?: number;
}

/**
 * A condition on triplets, for the option `mine` of triplet losses, which put it to distances as constants, block by block.
 *
 * Schroff, Kalenichenko, Philbin, "FaceNet: A Unified Embedding for Face Recognition and Clustering", CVPR 2015, section 3.2 (semi-hard).
 *
 * @throws {RangeError} for an unknown kind, a margin that is not finite
 */
export function tripletMarginMiner({ kind = 'all', margin = 0.2 }: TripletMarginMinerOptions = {}): TripletMiner {
  checkOneOf('tripletMarginMiner', 'kind', kind, ['all', 'hard', 'semihard', 'easy']);
  checkFinite('tripletMarginMiner', 'margin', margin);
  switch (kind) {
    case 'all': return (gaps) => tf.lessEqual(gaps, margin);
    case 'hard': return (gaps) => tf.lessEqual(gaps, Math.min(margin, 0));
    case 'semihard': return (gaps) => tf.logicalAnd(tf.greater(gaps, 0), tf.lessEqual(gaps, margin));
    case 'easy': return (gaps) => tf.greater(gaps, margin);
  }
}

/**
 * The triplets of a batch that a miner takes, by Euclidean distances of unit rows. Takes n · examples² bytes, 128 MiB for 512: to look at small batches.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns bool [n, examples, examples]: anchor, positive, negative
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function tripletMask(embeddings: EmbeddingsLike, labels: LabelsLike, mine: TripletMiner, options: MinerOptions = {}): tf.Tensor3D {
  return tf.tidy(() => {
    const { values, positive, negative } = minedMatrix('tripletMask', 'distance', embeddings, labels, options);
    const gaps = tf.sub(tf.expandDims(values, 1), tf.expandDims(values, 2));
    return tf.logicalAnd<tf.Tensor3D>(mine(gaps), tf.logicalAnd(tf.expandDims(positive, 2), tf.expandDims(negative, 1)));
  });
}
