import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkNotNegative } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { focalTerm, logPAtLabels } from './focal-loss.ts';

/**
 * The exponent of FLSD for probabilities of true classes, elementwise: 5 below 0.2, 3 below 0.5, `gamma` from there on. A constant.
 *
 * @param p in [0, 1]
 */
export function flsdGamma(p: tf.Tensor, gamma = 3): tf.Tensor {
  checkNotNegative('flsdGamma', 'gamma', gamma);
  return tf.tidy(() => {
    const still = detach(p);
    const above = tf.where(tf.greaterEqual(still, 0.5), tf.fill(p.shape, gamma), tf.fill(p.shape, 3));
    return tf.where(tf.less(still, 0.2), tf.fill(p.shape, 5), above);
  });
}

export interface FlsdOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** The exponent from p = 0.5 on: 3 for FLSD-53, 2 for FLSD-52. Default 3. */
  readonly gamma?: number;
}

/**
 * Focal loss whose exponent depends on the sample (FLSD-53): `focalLoss` with `flsdGamma`.
 *
 * Mukhoti et al., "Calibrating Deep Neural Networks using Focal Loss", NeurIPS 2020, arXiv 2002.09437.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, gamma < 0, an unknown reduction
 */
export function flsdLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { gamma = 3, reduction }: FlsdOptions<R> = {}): Reduced<R> {
  checkNotNegative('flsdLoss', 'gamma', gamma);
  return tf.tidy(() => {
    const logP = logPAtLabels('flsdLoss', logits, labels);
    return reduce('flsdLoss', focalTerm(logP, flsdGamma(tf.exp(detach(logP)), gamma)), reduction);
  });
}
