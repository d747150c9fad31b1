import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { maskedLogSumExp } from '../similarity/masked-log-sum-exp.ts';
import { hasAny } from '../similarity/pair-masks.ts';
import { pairMatrix } from '../similarity/pair-matrix.ts';
import type { TemperatureOptions } from './nt-xent-loss.ts';

/**
 * Terms of the supervised contrastive loss, of the cosine similarity s: −meanₚ ln(e^(s_ap/t) / Σⱼ e^(s_aj/t)) of each anchor, j over its positives and negatives. Anchors without positives are
 * left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a temperature ≤ 0
 */
export function supConTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: TemperatureOptions = {}): Terms {
  const { temperature = 0.1 } = options;
  checkPositive('supConLoss', 'temperature', temperature);
  return tf.tidy(() => {
    const { values, positive, negative } = pairMatrix('supConLoss', 'similarity', embeddings, labels, options);
    const scaled = tf.div(values, temperature);
    const all = maskedLogSumExp(scaled, tf.logicalOr(positive, negative));
    const sums = tf.sum(tf.where(positive, scaled, tf.zerosLike(scaled)), 1);
    const counts = tf.sum(tf.cast(positive, 'float32'), 1);
    const valid = hasAny(positive);
    return { values: tf.where(valid, tf.sub(all, tf.div(sums, tf.maximum(counts, 1))), tf.zerosLike(all)), valid, labels };
  });
}

/**
 * The supervised contrastive loss.
 *
 * Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, equation 2 (the sum over positives outside of the logarithm).
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `temperature`: default 0.1; `reduction`: default 'avgNonZero'
 * @throws {RangeError | TypeError} for other shapes or types, a temperature ≤ 0, an unknown reduction
 */
export function supConLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: TemperatureOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('supConLoss', supConTerms(embeddings, labels, options), options.reduction ?? 'avgNonZero'));
}
