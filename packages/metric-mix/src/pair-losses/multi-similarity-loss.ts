import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkPositive } from '../check.ts';
import { multiSimilarity } from '../generic/specs.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { type PairLossOptions, pairMatrix } from '../similarity/pair-matrix.ts';
import { termsOfSpec } from './terms-of-spec.ts';

export interface MultiSimilarityOptions extends PairLossOptions {
  /** Weight of positives in the exponent, > 0. Default 2. */
  readonly alpha?: number;
  /** Weight of negatives in the exponent, > 0. Default 50. */
  readonly beta?: number;
  /** Similarity that is neither near nor far. Default 0.5. */
  readonly base?: number;
}

/**
 * Terms of the multi-similarity loss, of the cosine similarity s: (1/α) ln(1 + Σₚ e^(−α(sₚ − base))) + (1/β) ln(1 + Σₙ e^(β(sₙ − base))) of each anchor. A side without pairs is 0.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, weights ≤ 0, a base that is not finite
 */
export function multiSimilarityTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: MultiSimilarityOptions = {}): Terms {
  const { alpha = 2, beta = 50, base = 0.5 } = options;
  checkPositive('multiSimilarityLoss', 'alpha', alpha);
  checkPositive('multiSimilarityLoss', 'beta', beta);
  checkFinite('multiSimilarityLoss', 'base', base);
  return tf.tidy(() => {
    const terms = termsOfSpec(multiSimilarity({ beta: alpha, gamma: beta, m: base }), pairMatrix('multiSimilarityLoss', 'similarity', embeddings, labels, options), labels);
    return { ...terms, valid: tf.ones(labels.shape, 'bool') };
  });
}

/**
 * The multi-similarity loss, of labels that are classes; `genericLoss` has it for soft labels too.
 *
 * Wang et al., "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning", CVPR 2019, equation 15; its pairs are those of `multiSimilarityMiner`.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'mean', over all anchors
 * @throws {RangeError | TypeError} for other shapes or types, weights ≤ 0, a base that is not finite, an unknown reduction
 */
export function multiSimilarityLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: MultiSimilarityOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('multiSimilarityLoss', multiSimilarityTerms(embeddings, labels, options), options.reduction ?? 'mean'));
}
