import * as tf from '@tensorflow/tfjs-core';
import { checkLogits, checkShape } from './check.ts';
import type { LogitsLike, TargetsLike } from './inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from './reduction.ts';

export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** A sample's value is the mean over its classes, or the sum: that makes the loss `classes` times larger, as OpenMixup's. Default 'mean'. */
  readonly over?: 'mean' | 'sum';
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
  if (over !== 'mean' && over !== 'sum') throw new RangeError(`binaryCrossEntropy: over must be 'mean' or 'sum', got '${String(over)}'`);
  return tf.tidy(() => {
    // ln σ(z) = −softplus(−z) and ln(1 − σ(z)) = −softplus(z): no cancellation on either side
    const perClass = tf.add(tf.mul(targets, tf.softplus(tf.neg(logits))), tf.mul(tf.sub(1, targets), tf.softplus(logits)));
    return reduce('binaryCrossEntropy', over === 'mean' ? tf.mean(perClass, -1) : tf.sum(perClass, -1), reduction);
  });
}
