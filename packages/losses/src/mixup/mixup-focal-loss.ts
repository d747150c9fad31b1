import * as tf from '@tensorflow/tfjs-core';
import { labelColumns, shareColumns } from '../basics/label-columns.ts';
import { labelLogP } from '../basics/label-log-p.ts';
import { checkGamma, type FocalOptions, focalTerm } from '../calibration/focal-loss.ts';
import { checkMixed } from '../check.ts';
import type { LabelsLike, LambdaLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';

/**
 * Focal loss of both labels, λ FL(z, a) + (1 − λ) FL(z, b) per sample. It is not the focal loss of the mixed target: that holds for losses that are linear in it, such as the cross entropy.
 *
 * @param logits [n, classes]
 * @param labelsA int32 [n]
 * @param labelsB int32 [n]
 * @param lambda weight of labelsA in [0, 1]: a number, a scalar or [n]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, λ outside [0, 1] or gamma < 0 (where they are numbers), an unknown reduction
 */
export function mixupFocalLoss<R extends Reduction = 'mean'>(
  logits: LogitsLike, labelsA: LabelsLike, labelsB: LabelsLike, lambda: LambdaLike, { gamma = 3, reduction }: FocalOptions<R> = {},
): Reduced<R> {
  const [n] = checkMixed('mixupFocalLoss', logits, labelsA, labelsB, lambda);
  checkGamma('mixupFocalLoss', gamma, n);
  return tf.tidy(() => {
    const perLabel = focalTerm(labelLogP(logits, labelColumns(labelsA, labelsB)), typeof gamma === 'number' ? gamma : tf.reshape(gamma, [-1, 1]));
    return reduce('mixupFocalLoss', tf.sum(tf.mul(perLabel, shareColumns(lambda)), -1), reduction);
  });
}
