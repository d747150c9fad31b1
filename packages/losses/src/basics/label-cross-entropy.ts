import * as tf from '@tensorflow/tfjs-core';
import { checkShape, checkShare } from '../check.ts';
import type { ReductionOptions, Reduction } from '../reduction.ts';
import { labelLogP, logPColumns } from './label-log-p.ts';
import { inRange } from './pick.ts';

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

/** Each class weight at the labels, or 1. */
export function classWeightsAt(labels: tf.Tensor, classWeights: tf.Tensor | undefined): tf.Tensor | number {
  return classWeights ? tf.gather(classWeights, inRange(labels, classWeights.size)) : 1;
}

/**
 * Cross entropy with k labels of given shares, per sample.
 *
 * @param logits [n, classes]
 * @param labels int32 [n, k]
 * @param shares [n, k] or [1, k]
 * @returns [n]
 */
export function labelCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, shares: tf.Tensor, { labelSmoothing = 0, classWeights }: CrossEntropyOptions): tf.Tensor {
  const weighted = (logP: tf.Tensor): tf.Tensor => tf.neg(tf.sum(tf.mul(logP, tf.mul(shares, classWeightsAt(labels, classWeights))), -1));
  if (labelSmoothing === 0) return weighted(labelLogP(logits, labels));
  const { atLabels, everywhere } = logPColumns(logits, labels, classWeights);
  return tf.sub(tf.mul(weighted(atLabels), 1 - labelSmoothing), tf.mul(everywhere, labelSmoothing / logits.shape[1]!));
}
