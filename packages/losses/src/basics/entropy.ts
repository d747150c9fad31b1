import { attachGradient, detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkLogits } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { logSoftmax } from './log-softmax.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

/** [n, 1]: −Σ p ln p, given ln p [n, classes]. */
const entropyColumn = (logP: tf.Tensor): tf.Tensor => tf.neg(tf.sum(tf.mul(tf.exp(logP), logP), -1, true));

/** [n]: entropy, whose gradient is −p (ln p + H). @param logits [n, classes] */
export function entropyOf(logits: tf.Tensor): tf.Tensor1D {
  const column = attachGradient(logits, entropyColumn(logSoftmax(detach(logits))), (dy, z) => {
    const logP = logSoftmax(z);
    return tf.mul(tf.mul(tf.exp(logP), tf.add(logP, entropyColumn(logP))), tf.neg(dy));
  });
  return tf.reshape(column, [-1]);
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
