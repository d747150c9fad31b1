import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { largestProbability } from '../basics/confidence.ts';
import { entropyOf } from '../basics/entropy.ts';
import { softmax } from '../basics/softmax.ts';
import { checkLogits, checkShape } from '../check.ts';
import type { LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';

export interface CorrectnessRankingOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** What is ranked: the largest probability, its distance to the second, or 1 − entropy / ln classes. Default 'max'. */
  readonly confidence?: 'max' | 'margin' | 'entropy';
}

const measures: Readonly<Record<'max' | 'margin' | 'entropy', (logits: tf.Tensor) => tf.Tensor>> = {
  max: (logits) => largestProbability(logits),
  margin(logits) {
    const { values } = tf.topk(softmax(logits), 2);
    const [first, second] = tf.unstack(values, 1) as [tf.Tensor, tf.Tensor];
    return tf.sub(first, second);
  },
  entropy: (logits) => tf.sub(1, tf.div(entropyOf(logits), Math.log(logits.shape[1]!))),
};

/** Each value's successor, the first after the last. */
const next = (x: tf.Tensor): tf.Tensor => tf.concat([tf.slice(x, [1], [x.size - 1]), tf.slice(x, [0], [1])]);

/**
 * Correctness ranking loss (CRL), the term beside the cross entropy: of neighbours in the batch (the last with the first) the one that was right more often is to be more confident, by as
 * much as it was, max(0, −t (κₙ − κₘ − |cₙ − cₘ| / t)) per sample with t = sign(cₙ − cₘ); 0 where both were right equally often.
 *
 * Moon, Kim, Shin, Hwang, "Confidence-Aware Learning for Deep Neural Networks", ICML 2020, arXiv 2007.01458.
 *
 * @param logits [n, classes], at least two classes
 * @param correctness [n] of the samples before this step, what `correctnessOf` gives; a constant
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for other shapes, an unknown measure or reduction
 */
export function correctnessRanking<R extends Reduction = 'mean'>(logits: LogitsLike, correctness: tf.Tensor, options: CorrectnessRankingOptions<R> = {}): Reduced<R> {
  const { confidence = 'max', reduction } = options;
  const [n, classes] = checkLogits('correctnessRanking', logits);
  checkShape('correctnessRanking', 'correctness', correctness, [n]);
  if (classes < 2) throw new RangeError(`correctnessRanking: logits must have at least 2 classes, got ${classes}`);
  if (!Object.hasOwn(measures, confidence)) throw new RangeError(`correctnessRanking: confidence must be 'max', 'margin' or 'entropy', got '${confidence}'`);
  return tf.tidy(() => {
    const kappa = measures[confidence](logits);
    const still = detach(correctness);
    const ahead = tf.sub(still, next(still));
    // −t (Δκ − |Δc| / t) = |Δc| − t Δκ, and 0 where t is
    return reduce('correctnessRanking', tf.relu(tf.sub(tf.abs(ahead), tf.mul(tf.sign(ahead), tf.sub(kappa, next(kappa))))), reduction);
  });
}
