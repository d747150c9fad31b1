import * as tf from '@tensorflow/tfjs-core';
import { checkLogits, checkShape } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { logSoftmax } from './log-softmax.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

/**
 * Kullback–Leibler divergence Σₖ pₖ (ln pₖ − ln qₖ) per sample, p = softmax(logitsP), q = softmax(logitsQ), in the log domain: no 0 · ln 0. Differentiable in both.
 * The mean is over samples (PyTorch's 'batchmean'), never over classes.
 *
 * @param logitsP [n, classes], for a distillation the teacher's
 * @param logitsQ [n, classes], the student's
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for other shapes, an unknown reduction
 */
export function klDivergence<R extends Reduction = 'mean'>(logitsP: LogitsLike, logitsQ: LogitsLike, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  checkShape('klDivergence', 'logitsQ', logitsQ, checkLogits('klDivergence', logitsP, 'logitsP'));
  return tf.tidy(() => {
    const logP = logSoftmax(logitsP);
    return reduce('klDivergence', tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, logSoftmax(logitsQ))), -1), reduction);
  });
}
