import * as tf from '@tensorflow/tfjs-core';
import { labelColumns } from '../basics/label-columns.ts';
import { labelLogP } from '../basics/label-log-p.ts';
import { checkLabels, checkLogits, checkNotNegative } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

export interface FocalOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** Exponent γ ≥ 0: a number, a scalar or [n]; a constant. Default 3. */
  readonly gamma?: number | tf.Tensor;
}

/** @throws {RangeError} where a number is negative, or a tensor is neither a scalar nor [n] */
export function checkGamma(caller: string, gamma: number | tf.Tensor, n: number): void {
  checkNotNegative(caller, 'gamma', gamma);
  if (typeof gamma !== 'number' && gamma.rank !== 0 && gamma.shape.join() !== `${n}`) {
    throw new RangeError(`${caller}: gamma must have shape [] or [${n}], got [${gamma.shape.join(', ')}]`);
  }
}

/** 1 − p at least this: a power below 1 has no slope at 0. */
const LEAST = 1e-20;

/** −(1 − p)^γ ln p, elementwise. 1 − p does not lose its digits where p is near 1. */
export function focalTerm(logP: tf.Tensor, gamma: number | tf.Tensor): tf.Tensor {
  const rest = tf.maximum(tf.neg(tf.expm1(logP)), LEAST);
  return tf.neg(tf.mul(tf.pow(rest, gamma), logP));
}

/** ln softmax at the labels, [n]. @throws as the checks of logits and labels */
export function logPAtLabels(caller: string, logits: LogitsLike, labels: LabelsLike): tf.Tensor1D {
  const [n] = checkLogits(caller, logits);
  checkLabels(caller, 'labels', labels, n);
  return tf.reshape(labelLogP(logits, labelColumns(labels)), [n]);
}

/**
 * Focal loss, −(1 − p_y)^γ ln p_y per sample. γ = 0 is the cross entropy.
 *
 * Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, arXiv 1708.02002; for calibration Mukhoti et al., NeurIPS 2020, arXiv 2002.09437.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, gamma < 0 (where it is a number), an unknown reduction
 */
export function focalLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { gamma = 3, reduction }: FocalOptions<R> = {}): Reduced<R> {
  checkGamma('focalLoss', gamma, logits.shape[0] ?? 0);
  return tf.tidy(() => reduce('focalLoss', focalTerm(logPAtLabels('focalLoss', logits, labels), gamma), reduction));
}
