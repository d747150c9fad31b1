import * as tf from '@tensorflow/tfjs-core';
import { logSoftmax } from '../basics/log-softmax.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { checkWeighted, type WeightedOptions, withCrossEntropy } from './with-cross-entropy.ts';

/**
 * Cross entropy with a pull to the uniform distribution, CE(z, y) + weight · Σₖ |pₖ − 1/classes| per sample.
 *
 * The L1 penalty of Liu et al., "The Devil is in the Margin", CVPR 2022, arXiv 2111.15430, on probabilities.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @param options `weight`: ≥ 0, a number or a scalar; default 0.01
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, a negative weight, an unknown reduction
 */
export function l1UniformLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { weight = 0.01, reduction }: WeightedOptions<R> = {}): Reduced<R> {
  const [, classes] = checkWeighted('l1UniformLoss', logits, labels, weight);
  return tf.tidy(() => {
    // p − 1/classes sums to 0, so that its positive part is half of its size
    const distance = tf.mul(2, tf.sum(tf.relu(tf.sub(tf.exp(logSoftmax(logits)), 1 / classes)), -1));
    return reduce('l1UniformLoss', withCrossEntropy(logits, labels, tf.mul(distance, weight)), reduction);
  });
}
