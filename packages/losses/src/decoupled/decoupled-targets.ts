import type { Targets } from '@mixwell/tensor/tf';
import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { oneHot } from '../basics/one-hot.ts';
import { shareColumns } from '../basics/label-columns.ts';
import { checkLabels, checkLambda, checkWhole } from '../check.ts';
import type { LabelsLike, LambdaLike } from '../inputs.ts';
import { checkRescale, type LambdaRescale, rescaleLambda } from './rescale-lambda.ts';

export interface DecoupledTargetsOptions {
  /** Default `{ mode: 'none' }`: both labels in full. */
  readonly rescale?: LambdaRescale;
  /** Whose shares are rescaled; the others stay λ and 1 − λ. Default 'both'. */
  readonly sides?: 'both' | 'a' | 'b' | 'none';
  /** In (0, 1]: multiplies the targets. Default 1. */
  readonly labelSum?: number;
}

/**
 * Targets of decoupled mixup for sigmoid heads, min(1, labelSum · (r(λ) onehot(a) + r(1 − λ) onehot(b))): a label whose share reaches the threshold of the rescaling is there in full.
 *
 * Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761; same labels never add up to more than 1, unlike in OpenMixup.
 *
 * @param labelsA int32 [n]
 * @param labelsB int32 [n]
 * @param lambda weight of labelsA in [0, 1]: a number, a scalar or [n]; a constant
 * @returns [n, classes]
 * @throws {RangeError | TypeError} for other shapes or types, options out of range
 */
export function decoupledTargets(labelsA: LabelsLike, labelsB: LabelsLike, lambda: LambdaLike, classes: number, options: DecoupledTargetsOptions = {}): Targets {
  const { rescale = { mode: 'none' }, sides = 'both', labelSum = 1 } = options;
  const [n = 0] = labelsA.shape;
  checkLabels('decoupledTargets', 'labelsA', labelsA, n);
  checkLabels('decoupledTargets', 'labelsB', labelsB, n);
  checkLambda('decoupledTargets', lambda, n);
  checkWhole('decoupledTargets', 'classes', classes);
  checkRescale('decoupledTargets', rescale);
  if (!['both', 'a', 'b', 'none'].includes(sides)) throw new RangeError(`decoupledTargets: sides must be 'both', 'a', 'b' or 'none', got '${sides}'`);
  if (!(labelSum > 0 && labelSum <= 1)) throw new RangeError(`decoupledTargets: labelSum must be in (0, 1], got ${labelSum}`);
  return tf.tidy(() => {
    const [a, b] = tf.split(detach(shareColumns(lambda)), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const shareA = sides === 'both' || sides === 'a' ? rescaleLambda(a, rescale) : a;
    const shareB = sides === 'both' || sides === 'b' ? rescaleLambda(b, rescale) : b;
    const sum = tf.add(tf.mul(oneHot(labelsA, classes), shareA), tf.mul(oneHot(labelsB, classes), shareB));
    return tf.minimum<tf.Tensor2D>(1, labelSum === 1 ? sum : tf.mul(sum, labelSum));
  });
}
