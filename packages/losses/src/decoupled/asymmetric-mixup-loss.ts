import type { Tensor } from '@mixwell/tensor/tf';
import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkCrossEntropy, type CrossEntropyOptions } from '../basics/label-cross-entropy.ts';
import { labelColumns, shareColumns } from '../basics/label-columns.ts';
import { checkLambda, checkMixed, checkNotNegative, checkShape, checkShare } from '../check.ts';
import type { LabelsLike, LambdaLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { decoupledLogProbs, labelLogits } from './label-logits.ts';
import { labelsCrossEntropy } from './labels-cross-entropy.ts';

export interface PseudoLabelOptions {
  /** A pseudo label of this confidence always counts. In [0, 1]. Default 0.95. */
  readonly cut?: number;
  /** The least confidence of one that is mixed in, unless its share is larger. In [0, 1]. Default 0.95. */
  readonly mixCut?: number;
}

/**
 * Which pseudo labels count: 1 where confidence ≥ min(cut, max(mixCut, 1 − λ)), else 0.
 *
 * @param confidence [n] of the pseudo labels, in [0, 1]
 * @param lambda weight of the trusted label in [0, 1]: a number, a scalar or [n]
 * @returns [n]
 * @throws {RangeError} for other shapes, λ or cuts outside [0, 1]
 */
export function pseudoLabelMask(confidence: tf.Tensor, lambda: LambdaLike, { cut = 0.95, mixCut = 0.95 }: PseudoLabelOptions = {}): Tensor<['batch']> {
  const [n = 0] = confidence.shape;
  checkShape('pseudoLabelMask', 'confidence', confidence, [n]);
  checkLambda('pseudoLabelMask', lambda, n);
  checkShare('pseudoLabelMask', 'cut', cut);
  checkShare('pseudoLabelMask', 'mixCut', mixCut);
  return tf.tidy(() => tf.cast(tf.greaterEqual<tf.Tensor1D>(confidence, tf.minimum(cut, tf.maximum(mixCut, tf.sub(1, lambda)))), 'float32'));
}

export interface AsymmetricMixupOptions<R extends Reduction = Reduction> extends CrossEntropyOptions<R>, PseudoLabelOptions {
  /** Strength η ≥ 0 of the decoupled term: a number or a scalar. Default 0.1. */
  readonly eta?: number | tf.Tensor;
}

/**
 * Decoupled mixup of a labelled sample with one that has a pseudo label: only the trusted label gets its decoupled term, mask · (λ CE(z, a) + (1 − λ) CE(z, b) − η φ(a | b)) per sample.
 * Samples without a trusted partner (`pseudoLabelMask`) count 0, and the mean is over all. For sigmoid heads: `decoupledBinaryCrossEntropy` with `sides: 'a'`.
 *
 * Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761.
 *
 * @param logits [n, classes] of the mixed samples
 * @param labels int32 [n] of the labelled samples
 * @param pseudoLabels int32 [n] of their partners
 * @param lambda weight of the labelled samples, as used in mixing (so that they dominate: max(λ, 1 − λ), `dominant` in `@mixwell/mix-core`): a number, a scalar or [n]
 * @param confidence [n] of the pseudo labels, in [0, 1]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, options out of range
 */
export function asymmetricMixupLoss<R extends Reduction = 'mean'>(
  logits: LogitsLike, labels: LabelsLike, pseudoLabels: LabelsLike, lambda: LambdaLike, confidence: tf.Tensor, options: AsymmetricMixupOptions<R> = {},
): Reduced<R> {
  const { eta = 0.1, reduction } = options;
  const [n, classes] = checkMixed('asymmetricMixupLoss', logits, labels, pseudoLabels, lambda);
  checkShape('asymmetricMixupLoss', 'confidence', confidence, [n]);
  checkCrossEntropy('asymmetricMixupLoss', options, classes);
  checkNotNegative('asymmetricMixupLoss', 'eta', eta);
  return tf.tidy(() => {
    const columns = labelColumns(labels, pseudoLabels);
    const parts = labelLogits(logits, columns);
    const trusted = tf.reshape(tf.slice(decoupledLogProbs(parts), [0, 0], [n, 1]), [n]);
    const term = tf.mul(tf.mul(trusted, tf.prod(parts.first, -1)), eta);
    const loss = tf.sub(labelsCrossEntropy(logits, columns, shareColumns(lambda), parts, options), term);
    return reduce('asymmetricMixupLoss', tf.mul(loss, detach(pseudoLabelMask(confidence, lambda, options))), reduction);
  });
}
