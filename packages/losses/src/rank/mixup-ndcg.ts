import type { Tensor } from '@mixwell/tensor/tf';
import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { largestProbability } from '../basics/confidence.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { checkRounds, isMixed, type Rounds } from './rounds.ts';

/** @throws {RangeError} where a number is outside [0, 1], or a tensor is neither a scalar, [rounds] nor [rounds · n] */
function checkLambdas(caller: string, lambda: number | tf.Tensor, { n, rounds }: Rounds): void {
  if (typeof lambda === 'number') {
    if (!(lambda >= 0 && lambda <= 1)) throw new RangeError(`${caller}: lambda must be in [0, 1], got ${lambda}`);
  } else if (lambda.rank > 1 || ![1, rounds, rounds * n].includes(lambda.size)) {
    throw new RangeError(`${caller}: lambda must have shape [], [${rounds}] or [${rounds * n}], got [${lambda.shape.join(', ')}]`);
  }
}

/**
 * [rounds, n]: how near each mixed copy is to a raw sample, max(λ, 1 − λ), and exactly 1 for a partner of the same class; a constant.
 */
function relevanceOf(labels: LabelsLike, partnerLabels: LabelsLike, lambda: number | tf.Tensor, sizes: Rounds): tf.Tensor2D {
  const { n, rounds } = sizes;
  const share = typeof lambda === 'number' || lambda.size === 1 ? tf.reshape(lambda, [1, 1]) : tf.reshape(lambda, lambda.size === rounds ? [rounds, 1] : [rounds, n]);
  const still = detach(share);
  const larger = tf.broadcastTo(tf.maximum(still, tf.sub(1, still)), [rounds, n]);
  return tf.where(isMixed(labels, partnerLabels, sizes), larger, tf.onesLike(larger)) as tf.Tensor2D;
}

/** [rounds, n]: 1 / log₂(position + 1), where position 1 is the raw sample's and copies follow by falling relevance, equal ones in the order of rounds. */
function discounts(relevance: tf.Tensor2D): tf.Tensor {
  const [rounds, n] = relevance.shape;
  const [own, other] = [tf.reshape(relevance, [rounds, 1, n]), tf.reshape(relevance, [1, rounds, n])];
  const earlier = tf.tensor3d(Array.from({ length: rounds }, (_, r) => Array.from({ length: rounds }, (__, s) => [s < r])), undefined, 'bool');
  const before = tf.logicalOr(tf.greater(other, own), tf.logicalAnd(tf.equal(other, own), earlier));
  const ahead = tf.sum(tf.cast(before, 'float32'), 1);
  return tf.div(Math.LN2, tf.log(tf.add(ahead, 3)));
}

function ratio(caller: string, logits: LogitsLike, labels: LabelsLike, mixedLogits: LogitsLike, partnerLabels: LabelsLike, lambda: number | tf.Tensor): tf.Tensor1D {
  const sizes = checkRounds(caller, logits, labels, mixedLogits, partnerLabels);
  checkLambdas(caller, lambda, sizes);
  return tf.tidy(() => {
    const relevance = relevanceOf(labels, partnerLabels, lambda, sizes);
    const discount = discounts(relevance);
    const raw = largestProbability(logits);
    const copies = tf.reshape(largestProbability(mixedLogits), [sizes.rounds, sizes.n]);
    const dcg = tf.add(raw, tf.sum(tf.mul(copies, discount), 0));
    return tf.div<tf.Tensor1D>(dcg, tf.add(1, tf.sum(tf.mul(relevance, discount), 0)));
  });
}

/**
 * How confidence compares with relevance, DCG / IDCG per sample: below 1 where raw sample and copies are under-confident in sum, above 1 where they are over-confident. The raw sample comes
 * first and its mixed copies follow by falling relevance ρ (max(λ, 1 − λ), or 1 for a partner of the same class); DCG = Σ c / log₂(position + 1) over confidences c, IDCG the same over ρ.
 *
 * Noh, Park, Lee, Ham, "RankMixup: Ranking-Based Mixup Training for Network Calibration", ICCV 2023.
 *
 * @param logits [n, classes] of the raw batch
 * @param labels int32 [n]
 * @param mixedLogits [rounds · n, classes]: row r · n + i is sample i in round r (`rounds` of `@mixwell/mix-core`)
 * @param partnerLabels int32 [rounds · n]: the labels of the partners
 * @param lambda weight of a sample in its copy, in [0, 1]: a number, a scalar, [rounds] or [rounds · n] (of one sample: [rounds]); a constant
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, rows that are no whole rounds, λ outside [0, 1] (where it is a number)
 */
export function mixupDcgRatio(logits: LogitsLike, labels: LabelsLike, mixedLogits: LogitsLike, partnerLabels: LabelsLike, lambda: number | tf.Tensor): Tensor<['batch']> {
  return ratio('mixupDcgRatio', logits, labels, mixedLogits, partnerLabels, lambda);
}

/**
 * M-NDCG of RankMixup, the term beside the cross entropy of the raw samples: 1 − min(q, 1/q) per sample for q = `mixupDcgRatio`. It is 0 where confidences, discounted, sum to what relevances
 * do: under-confident samples are pulled up, over-confident ones down. There is no cross entropy of mixed samples: `crossEntropy(z, labels) + 0.1 · mixupNdcg(…)`.
 *
 * Noh, Park, Lee, Ham, "RankMixup: Ranking-Based Mixup Training for Network Calibration", ICCV 2023.
 *
 * @param logits [n, classes] of the raw batch
 * @param labels int32 [n]
 * @param mixedLogits [rounds · n, classes]: row r · n + i is sample i in round r (`rounds` of `@mixwell/mix-core`)
 * @param partnerLabels int32 [rounds · n]: the labels of the partners
 * @param lambda weight of a sample in its copy, in [0, 1]: a number, a scalar, [rounds] or [rounds · n] (of one sample: [rounds]); a constant
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, rows that are no whole rounds, λ outside [0, 1] (where it is a number), an unknown reduction
 */
export function mixupNdcg<R extends Reduction = 'mean'>(
  logits: LogitsLike, labels: LabelsLike, mixedLogits: LogitsLike, partnerLabels: LabelsLike, lambda: number | tf.Tensor, { reduction }: ReductionOptions<R> = {},
): Reduced<R> {
  return tf.tidy(() => {
    const q = ratio('mixupNdcg', logits, labels, mixedLogits, partnerLabels, lambda);
    // where both meet, the slope is that of 1/q
    return reduce('mixupNdcg', tf.sub(1, tf.where(tf.less(q, 1), q, tf.reciprocal(q))), reduction);
  });
}
