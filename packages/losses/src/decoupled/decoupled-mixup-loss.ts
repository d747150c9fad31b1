import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkCrossEntropy, classWeightsAt, type CrossEntropyOptions } from '../basics/label-cross-entropy.ts';
import { labelColumns, shareColumns } from '../basics/label-columns.ts';
import { checkMixed, checkNotNegative, checkShare } from '../check.ts';
import type { LabelsLike, LambdaLike, LogitsLike } from '../inputs.ts';
import { mixupCrossEntropy } from '../mixup/mixup-cross-entropy.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { decoupledLogProbs, labelLogits } from './label-logits.ts';
import { labelsCrossEntropy } from './labels-cross-entropy.ts';
import { checkRescale, type LambdaRescale, rescaleLambda } from './rescale-lambda.ts';

export interface DecoupledMixupOptions<R extends Reduction = Reduction> extends CrossEntropyOptions<R> {
  /** Strength η ≥ 0 of the decoupled terms: a number or a scalar. Default 0.1. */
  readonly eta?: number | tf.Tensor;
  /** Which labels get their decoupled term: both, or the one with the smaller (`less`) or larger share. Default 'both'. */
  readonly keep?: 'both' | 'less' | 'more';
  /** Below this λ label a is the one with the smaller share. In [0, 1]. Default 0.5. */
  readonly threshold?: number;
  /** A term's weight is η r(its share). Default `{ mode: 'none' }`: η alone, as in the paper. */
  readonly rescale?: LambdaRescale;
  /** No decoupled terms where λ is that near to 0 or 1. Default 1e-3. */
  readonly purityEps?: number;
}

type Weighing = Required<Pick<DecoupledMixupOptions, 'eta' | 'keep' | 'threshold' | 'rescale' | 'purityEps'>>;

function checkWeighing(caller: string, { eta, keep, threshold, rescale, purityEps }: Weighing): void {
  checkNotNegative(caller, 'eta', eta);
  if (!['both', 'less', 'more'].includes(keep)) throw new RangeError(`${caller}: keep must be 'both', 'less' or 'more', got '${keep}'`);
  checkShare(caller, 'threshold', threshold);
  checkShare(caller, 'purityEps', purityEps);
  checkRescale(caller, rescale);
}

/** [n, 2] or [1, 2]: what the terms of both labels count, given their shares; constants. */
function termWeights(shares: tf.Tensor, { eta, keep, threshold, rescale, purityEps }: Weighing): tf.Tensor {
  const [share, partner] = tf.split(shares, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const mixed = tf.logicalAnd(tf.greater(share, purityEps), tf.greater(partner, purityEps));
  const weights = tf.mul(tf.mul(rescaleLambda(shares, rescale), eta), tf.cast(mixed, 'float32'));
  if (keep === 'both') return weights;
  const isFirst = keep === 'less' ? tf.less(share, threshold) : tf.greaterEqual(share, threshold);
  return tf.mul(weights, tf.cast(tf.concat([isFirst, tf.logicalNot(isFirst)], 1), 'float32'));
}

/**
 * Decoupled mixup with softmax, DM(CE): mixup's cross entropy, and for each of the two labels a term that asks for full confidence once the other is out of the softmax,
 * λ CE(z, a) + (1 − λ) CE(z, b) − w_a φ(a | b) − w_b φ(b | a) per sample, where w = η r(share) and φ is `decoupledLogProb`. Where both labels are the same class, or λ is 0 or 1, the
 * cross entropy is left alone. λ has gradients through the cross entropy; the weights are constants.
 *
 * Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761. Differs from OpenMixup's code where that pairs the weights with labels in the
 * order of classes instead of (λ, 1 − λ), and where it leaves out λ = 1/2.
 *
 * @param logits [n, classes]; with two classes nothing is left to compete, and the loss is mixup's cross entropy
 * @param labelsA int32 [n]
 * @param labelsB int32 [n]
 * @param lambda weight of labelsA in [0, 1]: a number, a scalar or [n]. Of CutMix and its like the share of the pasted area
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, options out of range
 */
export function decoupledMixupLoss<R extends Reduction = 'mean'>(
  logits: LogitsLike, labelsA: LabelsLike, labelsB: LabelsLike, lambda: LambdaLike, options: DecoupledMixupOptions<R> = {},
): Reduced<R> {
  const { eta = 0.1, keep = 'both', threshold = 0.5, rescale = { mode: 'none' }, purityEps = 1e-3, reduction, classWeights } = options;
  const weighing = { eta, keep, threshold, rescale, purityEps };
  const [, classes] = checkMixed('decoupledMixupLoss', logits, labelsA, labelsB, lambda);
  checkCrossEntropy('decoupledMixupLoss', options, classes);
  checkWeighing('decoupledMixupLoss', weighing);
  if (eta === 0) return mixupCrossEntropy(logits, labelsA, labelsB, lambda, options);
  return tf.tidy(() => {
    const [labels, shares] = [labelColumns(labelsA, labelsB), shareColumns(lambda)];
    const parts = labelLogits(logits, labels);
    const apart = tf.prod(parts.first, -1);
    const weights = tf.mul(termWeights(detach(shares), weighing), classWeightsAt(labels, classWeights));
    const terms = tf.mul(tf.sum(tf.mul(decoupledLogProbs(parts), weights), -1), apart);
    return reduce('decoupledMixupLoss', tf.sub(labelsCrossEntropy(logits, labels, shares, parts, options), terms), reduction);
  });
}
