import * as tf from '@tensorflow/tfjs-core';
import { logSoftmax } from '../basics/log-softmax.ts';
import { inRange, isValid } from '../basics/pick.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { checkWeighted, type WeightedOptions, withCrossEntropy } from './with-cross-entropy.ts';

/** [classes]: the share of the batch that each class has. */
function classShares(labels: tf.Tensor, classes: number): tf.Tensor {
  const n = labels.size;
  const share = tf.div(tf.cast(isValid(labels, classes), 'float32'), n);
  return tf.scatterND(tf.reshape(inRange(labels, classes), [n, 1]), share, [classes]);
}

/**
 * Multi-class difference of confidence and accuracy (MDCA), CE(z, y) + weight · meanₖ |mean over samples of pₖ − share of class k in the batch|. The term is the batch's: each sample has it.
 *
 * Hebbalaguppe et al., "A Stitch in Time Saves Nine: A Train-Time Regularizing Loss for Improved Neural Network Calibration", CVPR 2022, arXiv 2203.13834.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @param options `weight`: ≥ 0, a number or a scalar; default 1
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, a negative weight, an unknown reduction
 */
export function mdcaLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { weight = 1, reduction }: WeightedOptions<R> = {}): Reduced<R> {
  const [, classes] = checkWeighted('mdcaLoss', logits, labels, weight);
  return tf.tidy(() => {
    const difference = tf.mean(tf.abs(tf.sub(tf.mean(tf.exp(logSoftmax(logits)), 0), classShares(labels, classes))));
    return reduce('mdcaLoss', withCrossEntropy(logits, labels, tf.mul(difference, weight)), reduction);
  });
}
