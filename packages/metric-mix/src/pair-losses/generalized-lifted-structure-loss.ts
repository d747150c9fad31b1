import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../check.ts';
import { type LossSpec, logSum } from '../generic/loss-spec.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { type PairLossOptions, pairMatrix } from '../similarity/pair-matrix.ts';
import { termsOfSpec } from './terms-of-spec.ts';

export interface GeneralizedLiftedStructureOptions extends PairLossOptions {
  /** Distance that negatives are to have. Default 1. */
  readonly margin?: number;
}

/**
 * Terms of the generalised lifted structure loss, of the Euclidean distance d of unit rows: [ln Σₚ e^(d_ap) + ln Σₙ e^(m − d_an)]₊ of each anchor. Anchors without positives or without
 * negatives are left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite
 */
export function generalizedLiftedStructureTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: GeneralizedLiftedStructureOptions = {}): Terms {
  const { margin = 1 } = options;
  checkFinite('generalizedLiftedStructureLoss', 'margin', margin);
  const spec: LossSpec = { tau: (x) => tf.relu(x), sigmaPos: logSum(), sigmaNeg: logSum(), rhoPos: { log: (d) => d }, rhoNeg: { log: (d) => tf.sub(margin, d) } };
  return tf.tidy(() => termsOfSpec(spec, pairMatrix('generalizedLiftedStructureLoss', 'distance', embeddings, labels, options), labels));
}

/**
 * The generalised lifted structure loss, with all positives of an anchor in one sum.
 *
 * Hermans, Beyer, Leibe, "In Defense of the Triplet Loss for Person Re-Identification", 2017, arXiv 1703.07737, equation 7. (pytorch-metric-learning counts an
 * anchor that lacks a side too, with the other side alone.)
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'mean', over the anchors that have both
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite, an unknown reduction
 */
export function generalizedLiftedStructureLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: GeneralizedLiftedStructureOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('generalizedLiftedStructureLoss', generalizedLiftedStructureTerms(embeddings, labels, options), options.reduction ?? 'mean'));
}
