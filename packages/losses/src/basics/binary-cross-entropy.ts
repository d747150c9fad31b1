import * as tf from '@tensorflow/tfjs-core';
import { checkLogits, checkShape } from '../check.ts';
import type { LogitsLike, TargetsLike } from '../inputs.ts';
import { softplusSum } from './softplus-sum.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** A sample's value is the mean over its classes, or the sum: that makes the loss `classes` times larger, as OpenMixup's. Default 'mean'. */
  readonly over?: 'mean' | 'sum';
}

/** [n]: Σₖ −t ln σ(z) − (1 − t) ln(1 − σ(z)) of each row, which is Σₖ softplus(z) − t z. */
export function sigmoidCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.sub(softplusSum(logits), tf.sum(tf.mul(targets, logits), -1));
}

/** @throws {RangeError} for anything but 'mean' and 'sum' */
export function checkOver(caller: string, over: string): void {
  if (over !== 'mean' && over !== 'sum') throw new RangeError(`${caller}: over must be 'mean' or 'sum', got '${over}'`);
}

/**
 * Binary cross entropy of a sigmoid per class, −t ln σ(z) − (1 − t) ln(1 − σ(z)): classes do not compete. Differentiable in logits and targets.
 *
 * @param logits [n, classes]
 * @param targets [n, classes] in [0, 1]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for other shapes, an unknown reduction
 */
export function binaryCrossEntropy<R extends Reduction = 'mean'>(logits: LogitsLike, targets: TargetsLike, options: BinaryCrossEntropyOptions<R> = {}): Reduced<R> {
  const { reduction, over = 'mean' } = options;
  const [n, classes] = checkLogits('binaryCrossEntropy', logits);
  checkShape('binaryCrossEntropy', 'targets', targets, [n, classes]);
  checkOver('binaryCrossEntropy', over);
  return tf.tidy(() => reduce('binaryCrossEntropy', over === 'mean' ? tf.div(sigmoidCrossEntropy(logits, targets), classes) : sigmoidCrossEntropy(logits, targets), reduction));
}
