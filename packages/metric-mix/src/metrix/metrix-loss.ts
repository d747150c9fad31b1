import type { Scalar, Tensor } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkAtLeast } from '../check.ts';
import { checkRowSets, checkShape } from '../check-tensors.ts';
import { type GenericLossOptions, lossParts } from '../generic/generic-loss.ts';
import { checkSpec, type LossSpec } from '../generic/loss-spec.ts';
import type { EmbeddingsLike } from '../inputs.ts';
import { safeSqrt } from '../similarity/safe-sqrt.ts';
import { unitRows } from '../similarity/unit-rows.ts';
import { mixedLabels, type MixLambda } from './lambda.ts';
import { checkLowered, type LoweredPairs } from './lower-pairs.ts';

export interface MetrixLossOptions extends Pick<GenericLossOptions, 'reduction' | 'over' | 'anchorLabels'> {
  /** w ≥ 0 of clean + w · mixed. Default 0.4. */
  readonly weight?: number;
  /** The loss of the clean examples, a scalar: that of `batchLoss`, or any other. Default: none. */
  readonly clean?: tf.Tensor | undefined;
}

// a type, as `tf.tidy` returns no interfaces
export type MetrixLoss = {
  /** clean + weight · mixed */
  readonly loss: Scalar;
  readonly clean: Scalar;
  readonly mixed: Scalar;
  /** How many mixtures count with something other than 0. */
  readonly active: Scalar;
  /** The mixed loss of each anchor, [anchors]; 0 for those without mixtures. */
  readonly perAnchor: Tensor<['anchor']>;
};

/**
 * [anchors, places]: cosine similarities of anchors and their own mixtures, or Euclidean distances of their unit rows, from differences.
 *
 * @param anchors [anchors, dimensions]
 * @param mixed [anchors · places, dimensions]
 */
function mixedMeasure({ measure = 'similarity' }: LossSpec, anchors: EmbeddingsLike, mixed: EmbeddingsLike): tf.Tensor2D {
  const [count, dimensions] = anchors.shape as [number, number];
  return tf.tidy(() => {
    const units = tf.reshape(unitRows(mixed), [count, -1, dimensions]);
    const ofAnchors = tf.reshape(unitRows(anchors), [count, 1, dimensions]);
    if (measure === 'similarity') return tf.sum<tf.Tensor2D>(tf.mul(units, ofAnchors), 2);
    return safeSqrt(tf.sum<tf.Tensor2D>(tf.square(tf.sub(units, ofAnchors)), 2));
  });
}

/**
 * The loss of mixtures whose similarities (or distances) to their anchors are known.
 *
 * @param x [anchors, places]
 * @throws {RangeError | TypeError} for a negative weight, a clean loss that is no scalar, other options
 */
export function lossOfMixtures(caller: string, spec: LossSpec, x: tf.Tensor, pairs: LoweredPairs, lambda: MixLambda, options: MetrixLossOptions): MetrixLoss {
  const { weight = 0.4, clean, ...reductions } = options;
  checkAtLeast(caller, 'weight', weight, 0);
  if (clean) checkShape(caller, 'clean', clean, []);
  const labels = tf.add(tf.zeros(x.shape), mixedLabels(caller, pairs, lambda));
  const { loss: mixed, active, perAnchor } = lossParts(caller, spec, x, labels, { ...reductions, mask: pairs.valid });
  const total = tf.mul<Scalar>(mixed, weight);
  return { loss: clean ? tf.add<Scalar>(clean, total) : total, clean: (clean ?? tf.scalar(0)) as Scalar, mixed, active, perAnchor };
}

/**
 * The loss of Metrix: the generic loss of each anchor over its own mixtures, with their mixed labels, mean over the anchors that have any; times the weight, added to the clean loss. Everything is normalised first.
 * Gradients flow through anchors and mixtures; λ is a constant.
 *
 * Venkataramanan et al., "It Takes Two to Tango: Mixup for Deep Metric Learning", ICLR 2022, arXiv 2106.04990. The released code for contrastive loss averages the strictly positive terms:
 * `{ over: 'pairs', reduction: 'avgNonZero' }` with `contrastive({ form: 'distance' })`.
 *
 * @param anchors [anchors, dimensions]: embeddings, or proxies
 * @param mixed [anchors · places, dimensions]: those of `mixEmbeddings`, or what the network makes of `mixRows`
 * @throws {RangeError | TypeError} for other shapes, types or options
 */
export function metrixLoss(spec: LossSpec, anchors: EmbeddingsLike, mixed: EmbeddingsLike, pairs: LoweredPairs, lambda: MixLambda, options: MetrixLossOptions = {}): MetrixLoss {
  checkSpec('metrixLoss', spec);
  checkLowered('metrixLoss', pairs);
  checkRowSets('metrixLoss', anchors, mixed, ['anchors', 'mixed']);
  const [count, places] = pairs.valid.shape;
  checkShape('metrixLoss', 'anchors', anchors, [count, anchors.shape[1]!]);
  checkShape('metrixLoss', 'mixed', mixed, [count * places, anchors.shape[1]!]);
  return tf.tidy(() => lossOfMixtures('metrixLoss', spec, mixedMeasure(spec, anchors, mixed), pairs, lambda, options));
}
