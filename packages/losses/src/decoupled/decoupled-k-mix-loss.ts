import * as tf from '@tensorflow/tfjs-core';
import { checkCrossEntropy, classWeightsAt, type CrossEntropyOptions } from '../basics/label-cross-entropy.ts';
import { checkLogits, checkSharesOf } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { decoupledLogProbs, labelLogits } from './label-logits.ts';
import { labelsCrossEntropy } from './labels-cross-entropy.ts';

export interface DecoupledKMixOptions<R extends Reduction = Reduction> extends CrossEntropyOptions<R> {
  /** Strengths of the decoupled terms: a number, [k], or [n, k]. Default 0.1. */
  readonly etas?: number | tf.Tensor;
}

const asRows = (weights: tf.Tensor): tf.Tensor => (weights.rank === 1 ? tf.expandDims(weights, 0) : weights);

/**
 * Decoupled mixup of k images: cross entropy with the k labels, and for each label a term that asks for full confidence once the other mixed classes are out of the softmax. Labels of one
 * class are one class whose shares and strengths add up; a sample whose labels are all of one class has no decoupled term.
 *
 * Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761.
 *
 * @param logits [n, classes]
 * @param labels int32 [n, k]
 * @param shares [k] or [n, k], rows sum to 1
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, options out of range
 */
export function decoupledKMixLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: tf.Tensor, shares: tf.Tensor, options: DecoupledKMixOptions<R> = {}): Reduced<R> {
  const { etas = 0.1, reduction, classWeights } = options;
  const [n, classes] = checkLogits('decoupledKMixLoss', logits);
  checkSharesOf('decoupledKMixLoss', labels, n, { shares, etas });
  checkCrossEntropy('decoupledKMixLoss', options, classes);
  return tf.tidy(() => {
    const parts = labelLogits(logits, labels);
    const strengths = tf.mul(typeof etas === 'number' ? etas : asRows(etas), classWeightsAt(labels, classWeights));
    const apart = tf.cast(tf.greater(tf.sum(parts.first, -1), 1), 'float32');
    const terms = tf.mul(tf.sum(tf.mul(decoupledLogProbs(parts), strengths), -1), apart);
    return reduce('decoupledKMixLoss', tf.sub(labelsCrossEntropy(logits, labels, asRows(shares), parts, options), terms), reduction);
  });
}
