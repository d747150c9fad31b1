import * as tf from '@tensorflow/tfjs-core';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { hasAny, type PairMasks } from '../similarity/pair-masks.ts';
import type { PairMatrix } from '../similarity/pair-matrix.ts';
import { largestOfRow } from './first-of-row.ts';
import { minedMatrix, type MinerOptions } from './mined-matrix.ts';

/** Masks without the rows in which either has nothing. */
function whole(positive: tf.Tensor2D, negative: tf.Tensor2D): PairMasks {
  const both = tf.expandDims(tf.logicalAnd(hasAny(positive), hasAny(negative)), 1);
  return { positive: tf.logicalAnd(positive, both), negative: tf.logicalAnd(negative, both) };
}

/** [rows, 1]: the distance that a mask with one place in a row chooses; 0 where it has none. */
const chosen = ({ values }: PairMatrix, mask: tf.Tensor): tf.Tensor => tf.sum(tf.where(mask, values, tf.zerosLike(values)), 1, true);

/**
 * Of each anchor the farthest positive and the nearest negative, by Euclidean distance of unit rows, of equals the first: one triplet, or nothing where it lacks either. The masks are constants
 * for gradients.
 *
 * Hermans, Beyer, Leibe, "In Defense of the Triplet Loss for Person Re-Identification", 2017, arXiv 1703.07737, equation 5.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns bool [n, examples] each, with at most one place in a row, for the option `pairs` of losses
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function batchHardMiner(embeddings: EmbeddingsLike, labels: LabelsLike, options: MinerOptions = {}): PairMasks {
  return tf.tidy(() => {
    const { values, positive, negative } = minedMatrix('batchHardMiner', 'distance', embeddings, labels, options);
    return whole(largestOfRow(values, positive), largestOfRow(tf.neg(values), negative));
  });
}

/**
 * Of each anchor the nearest positive, and of the negatives that are farther than it the nearest, by Euclidean distance of unit rows, of equals the first: one triplet, or nothing where it lacks
 * either. The masks are constants for gradients.
 *
 * Xuan, Stylianou, Pless, "Improved Embeddings with Easy Positive Triplet Mining", WACV 2020.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns bool [n, examples] each, with at most one place in a row, for the option `pairs` of losses
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function batchEasySemihardMiner(embeddings: EmbeddingsLike, labels: LabelsLike, options: MinerOptions = {}): PairMasks {
  return tf.tidy(() => {
    const matrix = minedMatrix('batchEasySemihardMiner', 'distance', embeddings, labels, options);
    const nearness = tf.neg(matrix.values);
    const easy = largestOfRow(nearness, matrix.positive);
    const farther = tf.logicalAnd(matrix.negative, tf.greater(matrix.values, chosen(matrix, easy)));
    return whole(easy, largestOfRow(nearness, farther));
  });
}
