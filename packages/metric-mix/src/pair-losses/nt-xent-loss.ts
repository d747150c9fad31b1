import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { maskedLogSumExp } from '../similarity/masked-log-sum-exp.ts';
import { hasAny } from '../similarity/pair-masks.ts';
import { type PairLossOptions, pairMatrix } from '../similarity/pair-matrix.ts';

export interface TemperatureOptions extends PairLossOptions {
  /** What similarities are divided by, > 0. Default: that of the loss. */
  readonly temperature?: number;
}

/**
 * Terms of the normalised, temperature-scaled cross entropy, of the cosine similarity s: −ln(e^(s_ap/t) / (e^(s_ap/t) + Σₙ e^(s_an/t))) of each positive pair. Other positives are not in the
 * denominator, so that the term is softplus(ln Σₙ e^(s_an/t) − s_ap/t): one matrix for all pairs. An anchor without negatives has terms 0.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n, examples]
 * @throws {RangeError | TypeError} for other shapes or types, a temperature ≤ 0
 */
export function ntXentTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: TemperatureOptions = {}): Terms {
  const { temperature = 0.07 } = options;
  checkPositive('ntXentLoss', 'temperature', temperature);
  return tf.tidy(() => {
    const { values, positive, negative } = pairMatrix('ntXentLoss', 'similarity', embeddings, labels, options);
    const scaled = tf.div(values, temperature);
    const against = tf.expandDims(maskedLogSumExp(scaled, negative), 1);
    const counted = tf.logicalAnd(positive, tf.expandDims(hasAny(negative), 1));
    const terms = tf.softplus(tf.sub(against, scaled));
    return { values: tf.where(counted, terms, tf.zerosLike(terms)), valid: positive, labels };
  });
}

/**
 * The loss of SimCLR, with labels: the mean of `ntXentTerms` over positive pairs.
 *
 * Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020, equation 1.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `temperature`: default 0.07; `reduction`: default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, a temperature ≤ 0, an unknown reduction
 */
export function ntXentLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: TemperatureOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('ntXentLoss', ntXentTerms(embeddings, labels, options), options.reduction ?? 'mean'));
}
