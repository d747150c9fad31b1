import * as tf from '@tensorflow/tfjs-core';
import { checkLogits } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { logSoftmax } from './log-softmax.ts';
import { pickLargest } from './pick.ts';

/** [n]: the largest of softmax, given its logarithm. */
export function largestProbability(logP: tf.Tensor): tf.Tensor1D {
  return tf.exp(pickLargest(logP));
}

/**
 * Confidence, maxₖ softmax(z)ₖ per sample. Of equal logits the first has the gradient.
 *
 * @param logits [n, classes]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for another shape, an unknown reduction
 */
export function confidence<R extends Reduction = 'mean'>(logits: LogitsLike, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  checkLogits('confidence', logits);
  return tf.tidy(() => reduce('confidence', largestProbability(logSoftmax(logits)), reduction));
}
