import * as tf from '@tensorflow/tfjs-core';
import { classWeightsAt, type CrossEntropyOptions, meanOverClasses } from '../basics/label-cross-entropy.ts';
import { logP } from '../basics/label-log-p.ts';
import { type LabelLogits, logSumOfAll } from './label-logits.ts';

/**
 * Cross entropy with k labels of given shares, [n], from parts that the decoupled terms need too.
 *
 * @param logits [n, classes], read for label smoothing alone
 * @param shares [n, k] or [1, k]
 */
export function labelsCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, shares: tf.Tensor, parts: LabelLogits, { labelSmoothing = 0, classWeights }: CrossEntropyOptions): tf.Tensor {
  const sum = logSumOfAll(parts);
  const perLabel = tf.mul(tf.neg(tf.mul(logP(parts.ofLabels, sum), parts.valid)), classWeightsAt(labels, classWeights));
  const loss = tf.sum(tf.mul(perLabel, shares), -1);
  if (labelSmoothing === 0) return loss;
  const everywhere = meanOverClasses(logits, sum, classWeights);
  return tf.add(tf.mul(loss, 1 - labelSmoothing), tf.mul(everywhere, labelSmoothing));
}
