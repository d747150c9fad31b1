import * as tf from '@tensorflow/tfjs-core';
import { largestProbability } from '../basics/confidence.ts';
import { pickLargest } from '../basics/pick.ts';
import { checkNotNegative } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { checkRounds, isMixed } from './rounds.ts';

export interface MixupRankingOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** How far a raw sample is to be above its mixed copy, ≥ 0. Default 2, for logits; about 0.05 to 0.1 for probabilities. */
  readonly margin?: number;
  /** What is compared: the largest logit, or the largest probability. Default 'logit'. */
  readonly space?: 'logit' | 'probability';
  /**
   * 'sample': samples whose partner is of their own class count 0. 'reference': what the published code computes for one round, where a mask [n] broadcasts with hinges [n, 1]: all samples
   * count the share of those that are mixed. Default 'sample'.
   */
  readonly maskMode?: 'sample' | 'reference';
}

/**
 * Mixup-based ranking loss (MRL) of RankMixup, the term beside the cross entropy of the raw samples: max(0, max z̃ − max z + margin) for the logits z of a sample and z̃ of its mixed copy, 0 where
 * its partner is of its own class; the mean over rounds. There is no cross entropy of mixed samples: `crossEntropy(z, labels) + 0.1 · mixupRanking(…)`.
 *
 * Noh, Park, Lee, Ham, "RankMixup: Ranking-Based Mixup Training for Network Calibration", ICCV 2023.
 *
 * @param logits [n, classes] of the raw batch
 * @param labels int32 [n]
 * @param mixedLogits [rounds · n, classes]: row r · n + i is sample i in round r (`rounds` of `@mixwell/mix-core`)
 * @param partnerLabels int32 [rounds · n]: the labels of the partners
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, rows that are no whole rounds, a negative margin, unknown options
 */
export function mixupRanking<R extends Reduction = 'mean'>(
  logits: LogitsLike, labels: LabelsLike, mixedLogits: LogitsLike, partnerLabels: LabelsLike, options: MixupRankingOptions<R> = {},
): Reduced<R> {
  const { margin = 2, space = 'logit', maskMode = 'sample', reduction } = options;
  const sizes = checkRounds('mixupRanking', logits, labels, mixedLogits, partnerLabels);
  checkNotNegative('mixupRanking', 'margin', margin);
  if (space !== 'logit' && space !== 'probability') throw new RangeError(`mixupRanking: space must be 'logit' or 'probability', got '${String(space)}'`);
  if (maskMode !== 'sample' && maskMode !== 'reference') throw new RangeError(`mixupRanking: maskMode must be 'sample' or 'reference', got '${String(maskMode)}'`);
  return tf.tidy(() => {
    const height = (z: LogitsLike): tf.Tensor => (space === 'logit' ? pickLargest(z) : largestProbability(z));
    const above = tf.sub(tf.reshape(height(mixedLogits), [sizes.rounds, sizes.n]), tf.reshape(height(logits), [1, sizes.n]));
    const mixed = tf.cast(isMixed(labels, partnerLabels, sizes), 'float32');
    const counts = maskMode === 'sample' ? mixed : tf.mean(mixed, 1, true);
    return reduce('mixupRanking', tf.mean(tf.mul(tf.relu(tf.add(above, margin)), counts), 0), reduction);
  });
}
