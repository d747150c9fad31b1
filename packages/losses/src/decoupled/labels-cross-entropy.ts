import * as tf from '@tensorflow/tfjs-core';
import { classWeightsAt, type CrossEntropyOptions, labelCrossEntropy } from '../basics/label-cross-entropy.ts';
import { labelLogProbs, type LabelLogits } from './label-logits.ts';

/**
 * Cross entropy with k labels of given shares, [n], from parts that the decoupled terms need too; label smoothing looks at all classes instead.
 *
 * @param logits [n, classes]
 * @param shares [n, k] or [1, k]
 */
export function labelsCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, shares: tf.Tensor, parts: LabelLogits, options: CrossEntropyOptions): tf.Tensor {
  if (options.labelSmoothing) return labelCrossEntropy(logits, labels, shares, options);
  return tf.neg(tf.sum(tf.mul(labelLogProbs(parts), tf.mul(shares, classWeightsAt(labels, options.classWeights))), -1));
}
