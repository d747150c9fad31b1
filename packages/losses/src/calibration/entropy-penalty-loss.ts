import * as tf from '@tensorflow/tfjs-core';
import { checkOver } from '../basics/binary-cross-entropy.ts';
import { entropyOf } from '../basics/entropy.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { checkWeighted, type WeightedOptions, withCrossEntropy } from './with-cross-entropy.ts';

export interface EntropyPenaltyOptions<R extends Reduction = Reduction> extends WeightedOptions<R> {
  /** The entropy is a sum over classes, or a mean, which published code has. Default 'sum'. */
  readonly over?: 'mean' | 'sum';
}

/**
 * Confidence penalty (ECP), CE(z, y) − weight · H(softmax(z)) per sample.
 *
 * Pereyra et al., "Regularizing Neural Networks by Penalizing Confident Output Distributions", 2017, arXiv 1701.06548.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @param options `weight`: ≥ 0, a number or a scalar; default 0.1
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, a negative weight, an unknown reduction
 */
export function entropyPenaltyLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, options: EntropyPenaltyOptions<R> = {}): Reduced<R> {
  const { weight = 0.1, over = 'sum', reduction } = options;
  const [, classes] = checkWeighted('entropyPenaltyLoss', logits, labels, weight);
  checkOver('entropyPenaltyLoss', over);
  return tf.tidy(() => {
    const entropy = tf.mul(entropyOf(logits), over === 'mean' ? 1 / classes : 1);
    return reduce('entropyPenaltyLoss', withCrossEntropy(logits, labels, tf.mul(entropy, tf.neg(weight))), reduction);
  });
}
