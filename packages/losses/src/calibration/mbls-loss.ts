import * as tf from '@tensorflow/tfjs-core';
import { pickLargest } from '../basics/pick.ts';
import { checkLabels, checkLogits, checkNotNegative } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { withCrossEntropy } from './with-cross-entropy.ts';

export interface MblsOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** What the margin term counts, ≥ 0: a number, a scalar, or one for each class ([classes], as `nextMblsWeights` gives). Default 0.1. */
  readonly weight?: number | tf.Tensor;
  /** How far logits may lie below the largest without cost, ≥ 0. Default 10. */
  readonly margin?: number;
}

/** [n, classes]: by how much each logit lies more than the margin below the largest of its row. */
function hinges(logits: tf.Tensor, margin: number): tf.Tensor {
  return tf.relu(tf.sub(tf.sub(pickLargest(logits), margin), logits));
}

/**
 * Margin-based label smoothing (MbLS), CE(z, y) + weight · meanₖ max(0, maxⱼ zⱼ − zₖ − margin) per sample.
 *
 * Liu, Ben Ayed, Galdran, Dolz, "The Devil is in the Margin: Margin-based Label Smoothing for Network Calibration", CVPR 2022, arXiv 2111.15430.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, a negative weight or margin, an unknown reduction
 */
export function mblsLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { weight = 0.1, margin = 10, reduction }: MblsOptions<R> = {}): Reduced<R> {
  const [n, classes] = checkLogits('mblsLoss', logits);
  checkLabels('mblsLoss', 'labels', labels, n);
  checkNotNegative('mblsLoss', 'weight', weight);
  checkNotNegative('mblsLoss', 'margin', margin);
  const perClass = typeof weight !== 'number' && weight.rank > 0;
  if (perClass && weight.shape.join() !== `${classes}`) throw new RangeError(`mblsLoss: weight must have shape [] or [${classes}], got [${weight.shape.join(', ')}]`);
  return tf.tidy(() => {
    const apart = hinges(logits, margin);
    const term = perClass ? tf.mean(tf.mul(apart, weight), -1) : tf.mul(tf.mean(apart, -1), weight);
    return reduce('mblsLoss', withCrossEntropy(logits, labels, term), reduction);
  });
}

/**
 * What each class contributes to the margin term, its mean over samples of weight · hinge: the score of `nextMblsWeights`.
 *
 * @param logits [n, classes], of validation samples
 * @param weights [classes], or one number
 * @returns [classes]
 * @throws {RangeError} for another shape, a negative margin
 */
export function mblsScores(logits: LogitsLike, weights: number | tf.Tensor, margin = 10): tf.Tensor1D {
  checkLogits('mblsScores', logits);
  checkNotNegative('mblsScores', 'margin', margin);
  return tf.tidy(() => tf.mul<tf.Tensor1D>(tf.mean(hinges(logits, margin), 0), weights));
}

/**
 * MbLS with a weight for each class: the weights of the next epoch, 10 % larger where a class's score grew by more than 10 %, smaller where it fell so, in [1e-6, 1e6].
 *
 * @param scores [classes], what `mblsScores` gives now; `previous` what it gave after the epoch before
 * @throws {RangeError} for lists of different lengths
 */
export function nextMblsWeights(weights: ArrayLike<number>, scores: ArrayLike<number>, previous: ArrayLike<number>): Float32Array {
  if (scores.length !== weights.length || previous.length !== weights.length) {
    throw new RangeError(`nextMblsWeights: weights, scores and previous must have one length, got ${weights.length}, ${scores.length} and ${previous.length}`);
  }
  return Float32Array.from(weights, (weight, k) => {
    const factor = scores[k]! > 1.1 * previous[k]! ? 1.1 : scores[k]! < previous[k]! / 1.1 ? 1 / 1.1 : 1;
    return Math.min(Math.max(weight * factor, 1e-6), 1e6);
  });
}
