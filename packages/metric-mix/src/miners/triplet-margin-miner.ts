import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkOneOf } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { minedMatrix, type MinerOptions } from './mined-matrix.ts';

/** Which triplets count, by their gap d_an − d_ap. */
export interface TripletGaps {
  /** Those with a larger gap. Default: all. */
  readonly above?: number;
  /** Those with this gap or a smaller one. Default: all. */
  readonly upTo?: number;
}

/** bool: whether gaps, of any shape, count. */
export function gapsCount(gaps: tf.Tensor, { above = -Infinity, upTo = Infinity }: TripletGaps): tf.Tensor {
  const bounds = [...(above === -Infinity ? [] : [tf.greater(gaps, above)]), ...(upTo === Infinity ? [] : [tf.lessEqual(gaps, upTo)])];
  return bounds.length === 0 ? tf.onesLike(tf.cast(gaps, 'bool')) : bounds.reduce((a, b) => tf.logicalAnd(a, b));
}

/** @throws {RangeError} where a bound is no number; {TypeError} for what are no bounds */
export function checkGaps(caller: string, mine: TripletGaps): void {
  if (typeof mine !== 'object') throw new TypeError(`${caller}: mine must be what tripletMarginMiner gives, or { above, upTo }, got ${typeof mine}`);
  const { above = -Infinity, upTo = Infinity } = mine;
  if (Number.isNaN(above) || Number.isNaN(upTo)) throw new RangeError(`${caller}: mine must have numbers for bounds, got above ${above} and upTo ${upTo}`);
}

export interface TripletMarginMinerOptions {
  /** 'all' that violate the margin, gap ≤ m; of those the 'hard', gap ≤ 0, or the 'semihard', gap > 0; or the 'easy', which do not, gap > m. Default 'all'. */
  readonly kind?: 'all' | 'hard' | 'semihard' | 'easy';
  /** m. Default 0.2. */
  readonly margin?: number;
}

/**
 * The bounds of gaps, for the option `mine` of triplet losses, which put them to distances as constants.
 *
 * Schroff, Kalenichenko, Philbin, "FaceNet: A Unified Embedding for Face Recognition and Clustering", CVPR 2015, section 3.2 (semi-hard).
 *
 * @throws {RangeError} for an unknown kind, a margin that is not finite
 */
export function tripletMarginMiner({ kind = 'all', margin = 0.2 }: TripletMarginMinerOptions = {}): TripletGaps {
  checkOneOf('tripletMarginMiner', 'kind', kind, ['all', 'hard', 'semihard', 'easy']);
  checkFinite('tripletMarginMiner', 'margin', margin);
  return { all: { upTo: margin }, hard: { upTo: Math.min(margin, 0) }, semihard: { above: 0, upTo: margin }, easy: { above: margin } }[kind];
}

/**
 * The triplets of a batch that gaps let through, by Euclidean distances of unit rows. Takes n · examples² bytes, 128 MiB for 512: to look at small batches.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns bool [n, examples, examples]: anchor, positive, negative
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function tripletMask(embeddings: EmbeddingsLike, labels: LabelsLike, mine: TripletGaps, options: MinerOptions = {}): tf.Tensor3D {
  checkGaps('tripletMask', mine);
  return tf.tidy(() => {
    const { values, positive, negative } = minedMatrix('tripletMask', 'distance', embeddings, labels, options);
    const gaps = tf.sub(tf.expandDims(values, 1), tf.expandDims(values, 2));
    return tf.logicalAnd<tf.Tensor3D>(gapsCount(gaps, mine), tf.logicalAnd(tf.expandDims(positive, 2), tf.expandDims(negative, 1)));
  });
}
