import { detach, type Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkPositive } from '../check.ts';
import { type LossSpec, logSum } from '../generic/loss-spec.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { type PairLossOptions, pairMatrix } from '../similarity/pair-matrix.ts';
import { termsOfSpec } from './terms-of-spec.ts';

export interface CircleOptions extends PairLossOptions {
  /** m: positives are drawn to s > 1 − m, negatives to s < m. Default 0.4. */
  readonly margin?: number;
  /** γ, > 0. Default 80. */
  readonly scale?: number;
}

function circle(margin: number, scale: number): LossSpec {
  return {
    tau: (x) => tf.softplus(x), sigmaPos: logSum(), sigmaNeg: logSum(),
    rhoPos: { log: (s) => tf.mul(tf.mul(tf.relu(tf.sub(1 + margin, detach(s))), -scale), tf.sub(s, 1 - margin)) },
    rhoNeg: { log: (s) => tf.mul(tf.mul(tf.relu(tf.add(detach(s), margin)), scale), tf.sub(s, margin)) },
  };
}

/**
 * Terms of the circle loss, of the cosine similarity s: softplus(ln Σₚ e^(−γ [1 + m − sₚ]₊ (sₚ − 1 + m)) + ln Σₙ e^(γ [sₙ + m]₊ (sₙ − m))) of each anchor. The brackets are constants for
 * gradients. Anchors without positives or without negatives are left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite, a scale ≤ 0
 */
export function circleTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: CircleOptions = {}): Terms {
  const { margin = 0.4, scale = 80 } = options;
  checkFinite('circleLoss', 'margin', margin);
  checkPositive('circleLoss', 'scale', scale);
  return tf.tidy(() => termsOfSpec(circle(margin, scale), pairMatrix('circleLoss', 'similarity', embeddings, labels, options), labels));
}

/**
 * The circle loss on pairs.
 *
 * Sun et al., "Circle Loss: A Unified Perspective of Pair Similarity Optimization", CVPR 2020, equation 6.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'avgNonZero'
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite, a scale ≤ 0, an unknown reduction
 */
export function circleLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: CircleOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('circleLoss', circleTerms(embeddings, labels, options), options.reduction ?? 'avgNonZero'));
}
