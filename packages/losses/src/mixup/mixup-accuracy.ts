import * as tf from '@tensorflow/tfjs-core';
import { hits } from '../basics/accuracy.ts';
import { checkMixed } from '../check.ts';
import type { LabelsLike, LambdaLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

/**
 * Accuracy on mixed samples, for monitoring: the share of the heavier label where it is ranked first, and the share of the lighter one where it is ranked second.
 * labelsA is the heavier one where λ > 1/2.
 *
 * Defined as in OpenMixup (Li et al., arXiv 2209.04851), in [0, 1].
 *
 * @param logits [n, classes]
 * @param labelsA int32 [n]
 * @param labelsB int32 [n]
 * @param lambda weight of labelsA in [0, 1]: a number, a scalar or [n]
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, λ outside [0, 1] (where it is a number), an unknown reduction
 */
export function mixupAccuracy<R extends Reduction = 'mean'>(logits: LogitsLike, labelsA: LabelsLike, labelsB: LabelsLike, lambda: LambdaLike, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  const [n, classes] = checkMixed('mixupAccuracy', logits, labelsA, labelsB, lambda);
  return tf.tidy(() => {
    const { indices } = tf.topk(logits, Math.min(2, classes));
    const rank = (place: number): tf.Tensor => tf.reshape(tf.slice(indices, [0, place], [n, 1]), [n]);
    const share = tf.maximum(lambda, tf.sub(1, lambda));
    const heavyA = tf.broadcastTo(tf.greater(lambda, 0.5), [n]);
    const first = tf.mul(share, hits(rank(0), tf.where(heavyA, labelsA, labelsB)));
    if (classes === 1) return reduce('mixupAccuracy', first, reduction);
    const second = tf.mul(tf.sub(1, share), hits(rank(1), tf.where(heavyA, labelsB, labelsA)));
    return reduce('mixupAccuracy', tf.add(first, second), reduction);
  });
}
