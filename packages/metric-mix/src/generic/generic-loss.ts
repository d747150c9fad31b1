import type { Scalar, Tensor } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf } from '../check.ts';
import type { LabelsLike } from '../inputs.ts';
import { type PairReduction, reduceTerms } from '../reduction/reduction.ts';
import { genericTerms } from './generic-terms.ts';
import type { LossSpec } from './loss-spec.ts';

export interface GenericLossOptions {
  /** bool [anchors, examples]: the pairs that are there. Default: all. */
  readonly mask?: tf.Tensor | undefined;
  /** Default 'mean'. */
  readonly reduction?: PairReduction | undefined;
  /**
   * What is reduced: the losses of anchors, or the terms of pairs, positive and negative ones apart, which two results are added up. The latter is for losses that are sums over pairs: no τ, no σ, plain ρ
   * (contrastive, binomial deviance). Default 'anchors'.
   */
  readonly over?: 'anchors' | 'pairs' | undefined;
  /** Anchors without any pair, or without a side that the loss needs: left out, or counted with a loss of 0. Default 'drop'. */
  readonly emptyAnchors?: 'drop' | 'zero' | undefined;
  /** int32 [anchors]: classes, for the reduction `classWeighted`. */
  readonly anchorLabels?: LabelsLike | undefined;
}

export type GenericLossParts = {
  readonly loss: Scalar;
  /** How many pairs count with something other than 0: where it is 0, all margins are satisfied, or there are no pairs. */
  readonly active: Scalar;
  /** The loss of each anchor, [anchors]; 0 for those that do not count. */
  readonly perAnchor: Tensor<['anchor']>;
};

/** `genericLossParts` for the functions that are built on it, whose names are to be in errors. */
export function lossParts(caller: string, spec: LossSpec, similarities: tf.Tensor, labels: tf.Tensor, options: GenericLossOptions): GenericLossParts {
  const { mask, reduction = 'mean', over = 'anchors', emptyAnchors = 'drop', anchorLabels } = options;
  checkOneOf(caller, 'over', over, ['anchors', 'pairs']);
  checkOneOf(caller, 'emptyAnchors', emptyAnchors, ['drop', 'zero']);
  return tf.tidy(() => {
    const { anchors, pairs, active } = genericTerms(caller, spec, similarities, labels, mask);
    const perAnchor = anchors.values as Tensor<['anchor']>;
    if (over === 'anchors') {
      const valid = emptyAnchors === 'zero' ? tf.onesLike(anchors.valid) : anchors.valid;
      return { loss: reduceTerms(caller, { values: perAnchor, valid, labels: anchorLabels }, reduction), active, perAnchor };
    }
    if (!pairs || spec.tau || spec.sigmaPos || spec.sigmaNeg) throw new RangeError(`${caller}: over: 'pairs' needs a loss that is a sum over pairs, got a spec with tau, sigma or the logarithm of a rho`);
    const [ofPositives, ofNegatives] = [pairs.positive, pairs.negative].map((terms) => reduceTerms(caller, { ...terms, labels: anchorLabels }, reduction));
    return { loss: tf.add<Scalar>(ofPositives!, ofNegatives!), active, perAnchor };
  });
}

/** `genericLoss`, with the number of active pairs and the losses of anchors beside it. Arguments and errors are the same. */
export function genericLossParts(spec: LossSpec, similarities: tf.Tensor, labels: tf.Tensor, options: GenericLossOptions = {}): GenericLossParts {
  return lossParts('genericLoss', spec, similarities, labels, options);
}

/**
 * Metric learning over soft labels: of an anchor, τ(σ⁺(Σ y ρ⁺(x)) + σ⁻(Σ (1 − y) ρ⁻(x))); then the mean over anchors. What is exponential is summed in the log domain, terms with y = 0 (or y = 1) are
 * not in the sum, and batches without positives, negatives or pairs give finite losses and gradients: 0 where no anchor is left.
 *
 * Venkataramanan et al., "It Takes Two to Tango: Mixup for Deep Metric Learning", ICLR 2022, arXiv 2106.04990.
 *
 * @param spec `contrastive()`, `multiSimilarity()`, `proxyAnchor()`, `binomialDeviance()`, `lifted()`, `nca()`, or one of your own
 * @param similarities [anchors, examples]: cosine similarities of the pairs (`cosineSimilarities`), or distances where `spec.measure` is 'distance'
 * @param labels [anchors, examples]: how much of an example is positive for the anchor, bool, or float32 in [0, 1]
 * @throws {RangeError | TypeError} for other shapes, types or options
 */
export function genericLoss(spec: LossSpec, similarities: tf.Tensor, labels: tf.Tensor, options: GenericLossOptions = {}): Scalar {
  return tf.tidy(() => genericLossParts(spec, similarities, labels, options).loss);
}
