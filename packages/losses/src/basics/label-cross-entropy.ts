import * as tf from '@tensorflow/tfjs-core';
import { checkShape, checkShare } from '../check.ts';
import type { ReductionOptions, Reduction } from '../reduction.ts';
import { labelLogP } from './label-log-p.ts';
import { inRange } from './pick.ts';
import { logSum, type LogSum } from './softmax.ts';

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

/** Mean of −ln softmax over classes, each times its weight, [n]. @param logits [n, classes] */
export function meanOverClasses(logits: tf.Tensor, sum: LogSum, classWeights: tf.Tensor | undefined): tf.Tensor {
  const lowered = tf.sub(logits, sum.top);
  if (classWeights) return tf.neg(tf.mean(tf.mul(tf.sub(lowered, sum.rest), classWeights), -1));
  return tf.sub(tf.reshape(sum.rest, [-1]), tf.mean(lowered, -1));
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
export function labelCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, shares: tf.Tensor, options: CrossEntropyOptions = {}, sum: LogSum = logSum(logits)): tf.Tensor {
  const { labelSmoothing = 0, classWeights } = options;
  const weights = tf.mul(shares, classWeightsAt(labels, classWeights));
  const loss = tf.neg(tf.sum(tf.mul(labelLogP(logits, labels, sum), weights), -1));
  if (labelSmoothing === 0) return loss;
  const everywhere = meanOverClasses(logits, sum, classWeights);
  return tf.add(tf.mul(loss, 1 - labelSmoothing), tf.mul(everywhere, labelSmoothing));
}
