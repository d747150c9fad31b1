import * as tf from '@tensorflow/tfjs-core';
import { checkLogits } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { logSoftmax } from './log-softmax.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

/**
 * Entropy −Σₖ pₖ ln pₖ of p = softmax(logits), in nats, per sample.
 *
 * @param logits [n, classes]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for another shape, an unknown reduction
 */
export function entropy<R extends Reduction = 'mean'>(logits: LogitsLike, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  checkLogits('entropy', logits);
  return tf.tidy(() => {
    const logP = logSoftmax(logits);
    return reduce('entropy', tf.neg(tf.sum(tf.mul(tf.exp(logP), logP), -1)), reduction);
  });
}
