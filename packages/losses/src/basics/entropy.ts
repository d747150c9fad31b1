import * as tf from '@tensorflow/tfjs-core';
import { checkLogits } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { logSum, type LogSum, softmax } from './softmax.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

/** [n]: −Σ p ln p as ln Σ exp(z − top) + Σ p (top − z), both of which are positive: nothing cancels. @param logits [n, classes] */
export function entropyOf(logits: tf.Tensor, { top, rest }: LogSum = logSum(logits)): tf.Tensor1D {
  return tf.add(tf.reshape(rest, [-1]), tf.sum(tf.mul(softmax(logits), tf.sub(top, logits)), -1));
}

/**
 * Entropy −Σₖ pₖ ln pₖ of p = softmax(logits), in nats, per sample.
 *
 * @param logits [n, classes]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for another shape, an unknown reduction
 */
export function entropy<R extends Reduction = 'mean'>(logits: LogitsLike, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  checkLogits('entropy', logits);
  return tf.tidy(() => reduce('entropy', entropyOf(logits), reduction));
}
