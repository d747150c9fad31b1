import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { hasAny, type PairMasks } from '../similarity/pair-masks.ts';
import { candidates } from './first-of-row.ts';
import { minedMatrix, type MinerOptions } from './mined-matrix.ts';

export interface MultiSimilarityMinerOptions extends MinerOptions {
  /** ε, how much less hard a pair may be. Default 0.1. */
  readonly epsilon?: number;
}

/**
 * Positives that are less similar than the most similar negative, s_ap − ε < maxₙ s_an, and negatives that are more similar than the least similar positive, s_an + ε > minₚ s_ap, by cosine
 * similarity. An anchor without positives or without negatives yields nothing. The masks are constants for gradients.
 *
 * Wang et al., "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning", CVPR 2019, equations 11 and 12.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns bool [n, examples] each, for the option `pairs` of losses
 * @throws {RangeError | TypeError} for other shapes or types, an ε that is not finite
 */
export function multiSimilarityMiner(embeddings: EmbeddingsLike, labels: LabelsLike, options: MultiSimilarityMinerOptions = {}): PairMasks {
  const { epsilon = 0.1 } = options;
  checkFinite('multiSimilarityMiner', 'epsilon', epsilon);
  return tf.tidy(() => {
    const { values, positive, negative } = minedMatrix('multiSimilarityMiner', 'similarity', embeddings, labels, options);
    const nearestNegative = tf.max(candidates(values, negative), 1, true);
    const farthestPositive = tf.neg(tf.max(candidates(tf.neg(values), positive), 1, true));
    const both = tf.expandDims(tf.logicalAnd(hasAny(positive), hasAny(negative)), 1);
    return {
      positive: tf.logicalAnd<tf.Tensor2D>(tf.logicalAnd(positive, both), tf.less(tf.sub(values, epsilon), nearestNegative)),
      negative: tf.logicalAnd<tf.Tensor2D>(tf.logicalAnd(negative, both), tf.greater(tf.add(values, epsilon), farthestPositive)),
    };
  });
}
