import * as tf from '@tensorflow/tfjs-core';
import { checkLogits, checkShape } from '../check.ts';
import type { LogitsLike, TargetsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** A sample's value is the mean over its classes, or the sum: that makes the loss `classes` times larger, as OpenMixup's. Default 'mean'. */
  readonly over?: 'mean' | 'sum';
}

/** −t ln σ(z) − (1 − t) ln(1 − σ(z)) of each element. As softplus(z) − t z, where −z + z at large |z| is exactly 0. */
export function sigmoidCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.sub(tf.softplus(logits), tf.mul(targets, logits));
}

/** @throws {RangeError} for anything but 'mean' and 'sum' */
export function checkOver(caller: string, over: string): void {
  if (over !== 'mean' && over !== 'sum') throw new RangeError(`${caller}: over must be 'mean' or 'sum', got '${over}'`);
}

/** [n]: the mean or the sum of each row. */
export function overClasses(perClass: tf.Tensor, over: 'mean' | 'sum'): tf.Tensor {
  return over === 'mean' ? tf.mean(perClass, -1) : tf.sum(perClass, -1);
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
  checkShape('binaryCrossEntropy', 'targets', targets, checkLogits('binaryCrossEntropy', logits));
  checkOver('binaryCrossEntropy', over);
  return tf.tidy(() => reduce('binaryCrossEntropy', overClasses(sigmoidCrossEntropy(logits, targets), over), reduction));
}
