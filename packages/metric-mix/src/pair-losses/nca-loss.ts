import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf, checkPositive } from '../check.ts';
import { type LossSpec, logSum } from '../generic/loss-spec.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { type PairLossOptions, pairMatrix } from '../similarity/pair-matrix.ts';
import { termsOfSpec } from './terms-of-spec.ts';

export interface NcaForm {
  /** c, what squared distances are multiplied by, > 0. Default 1. */
  readonly scale?: number;
  /** Over which examples the denominator runs: all of them (positives and negatives), or negatives alone. Default 'all'. */
  readonly denominator?: 'all' | 'negatives';
}

export interface NcaOptions extends PairLossOptions, NcaForm {}

/**
 * NCA of squared distances. @throws {RangeError} for a scale ≤ 0 or an unknown denominator
 */
export function ncaSpec(caller: string, { scale = 1, denominator = 'all' }: NcaForm): LossSpec {
  checkPositive(caller, 'scale', scale);
  checkOneOf(caller, 'denominator', denominator, ['all', 'negatives']);
  const rho = { log: (squared: tf.Tensor) => tf.mul(squared, -scale) };
  return { sigmaPos: logSum(-1), sigmaNeg: logSum(), rhoPos: rho, rhoNeg: rho, denominator };
}

/**
 * Terms of neighbourhood components analysis, of the Euclidean distance d of unit rows: −ln(Σₚ e^(−c d²) / Σⱼ e^(−c d²)) of each anchor. Anchors without positives are left out, and, where
 * the denominator is of negatives, those without.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a scale ≤ 0, an unknown denominator
 */
export function ncaTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: NcaOptions = {}): Terms {
  const spec = ncaSpec('ncaLoss', options);
  return tf.tidy(() => termsOfSpec(spec, pairMatrix('ncaLoss', 'squaredDistance', embeddings, labels, options), labels));
}

/**
 * Neighbourhood components analysis as a loss.
 *
 * Goldberger, Roweis, Hinton, Salakhutdinov, "Neighbourhood Components Analysis", NeurIPS 2004: the logarithm of their probability of a right class.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, a scale ≤ 0, an unknown denominator or reduction
 */
export function ncaLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: NcaOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('ncaLoss', ncaTerms(embeddings, labels, options), options.reduction ?? 'mean'));
}
