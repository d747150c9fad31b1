import * as tf from '@tensorflow/tfjs-core';
import { checkLogits } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { largestLogP } from './label-log-p.ts';

/** [n]: the largest of softmax. @param logits [n, classes] */
export function largestProbability(logits: tf.Tensor): tf.Tensor1D {
  return tf.exp(largestLogP(logits));
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
  return tf.tidy(() => reduce('confidence', largestProbability(logits), reduction));
}
