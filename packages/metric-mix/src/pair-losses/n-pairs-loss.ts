import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { maskedLogSumExp } from '../similarity/masked-log-sum-exp.ts';
import { hasAny } from '../similarity/pair-masks.ts';
import { checkPairs, masksOf, type MinedOptions } from '../similarity/pair-matrix.ts';
import { unitRows } from '../similarity/unit-rows.ts';

/** bool [n]: whether a row is the first of its class among those that are chosen, bool [n]. */
function firstOfClass(labels: LabelsLike, chosen: tf.Tensor): tf.Tensor {
  const index = tf.range(0, labels.size, 1, 'int32');
  const same = tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0));
  const earlier = tf.greater(tf.expandDims(index, 1), tf.expandDims(index, 0));
  const preceded = tf.any(tf.logicalAnd(tf.logicalAnd(same, earlier), tf.expandDims(chosen, 0)), 1);
  return tf.logicalAnd(chosen, tf.logicalNot(preceded));
}

/**
 * Terms of the N-pairs loss: of each class that has a pair, the first anchor a with its first positive; −ln(e^⟨u_a, u_p⟩ / Σ e^⟨u_a, u_p′⟩), p′ over the positives of all classes, of unit
 * rows u.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n], valid at those anchors
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function nPairsTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: MinedOptions = {}): Terms {
  checkPairs('nPairsLoss', embeddings, labels, { pairs: options.pairs });
  return tf.tidy(() => {
    const { positive } = masksOf(labels, { pairs: options.pairs });
    const valid = firstOfClass(labels, hasAny(positive));
    const units = unitRows(embeddings);
    const partners = tf.reshape(tf.topk(tf.cast(positive, 'float32'), 1).indices, [-1]);
    const similarities = tf.matMul(units, tf.gather(units, partners), false, true);
    const own = tf.sum(tf.mul(similarities, tf.eye(labels.size)), 1);
    const among = tf.logicalAnd(tf.expandDims(valid, 0), tf.onesLike(positive));
    return { values: tf.sub(maskedLogSumExp(similarities, among), own), valid, labels };
  });
}

/**
 * The N-pairs loss.
 *
 * Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", NeurIPS 2016, equation 7, on rows of length 1.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'mean', over classes that have a pair
 * @throws {RangeError | TypeError} for other shapes or types, an unknown reduction
 */
export function nPairsLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: MinedOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('nPairsLoss', nPairsTerms(embeddings, labels, options), options.reduction ?? 'mean'));
}
