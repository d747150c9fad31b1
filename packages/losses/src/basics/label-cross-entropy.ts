import * as tf from '@tensorflow/tfjs-core';
import { checkShape, checkShare } from '../check.ts';
import type { ReductionOptions, Reduction } from '../reduction.ts';
import { pick } from './pick.ts';

export interface CrossEntropyOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** Label smoothing e in [0, 1]: the targets become (1 − e) t + e / classes. Default 0: none. */
  readonly labelSmoothing?: number;
  /** [classes]: the term of each class is multiplied by it. The mean is over samples all the same. Default: 1 for all. */
  readonly classWeights?: tf.Tensor;
}

/** @throws {RangeError} for smoothing outside [0, 1], weights that are not one for each class */
export function checkCrossEntropy(caller: string, { labelSmoothing = 0, classWeights }: CrossEntropyOptions, classes: number): void {
  checkShare(caller, 'labelSmoothing', labelSmoothing);
  if (classWeights) checkShape(caller, 'classWeights', classWeights, [classes]);
}

/** Σₖ wₖ xₖ of each row, or Σₖ xₖ, [n]. */
function weightedSum(x: tf.Tensor, classWeights: tf.Tensor | undefined): tf.Tensor {
  return tf.sum(classWeights ? tf.mul(x, classWeights) : x, -1);
}

/** Each class weight at the labels, or 1. */
export function classWeightsAt(labels: tf.Tensor, classWeights: tf.Tensor | undefined): tf.Tensor | number {
  return classWeights ? tf.reshape(pick(tf.reshape(classWeights, [1, -1]), tf.reshape(labels, [1, -1])), labels.shape) : 1;
}

/**
 * Cross entropy with k labels of given shares, per sample.
 *
 * @param logP [n, classes] log-probabilities
 * @param labels int32 [n, k]
 * @param shares [n, k] or [1, k]
 * @returns [n]
 */
export function labelCrossEntropy(logP: tf.Tensor, labels: tf.Tensor, shares: tf.Tensor, { labelSmoothing = 0, classWeights }: CrossEntropyOptions): tf.Tensor {
  const weights = tf.mul(shares, classWeightsAt(labels, classWeights));
  const loss = tf.neg(tf.sum(tf.mul(pick(logP, labels), weights), -1));
  if (labelSmoothing === 0) return loss;
  const everywhere = tf.mul(weightedSum(logP, classWeights), labelSmoothing / logP.shape[1]!);
  return tf.sub(tf.mul(loss, 1 - labelSmoothing), everywhere);
}
