import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkPositive } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { reduceTerms, type Terms } from '../reduction/reduction.ts';
import { cosineSimilarities } from '../similarity/cosine-similarities.ts';
import { maskedLogSumExp } from '../similarity/masked-log-sum-exp.ts';
import { hasAny, pairMasks } from '../similarity/pair-masks.ts';
import { checkProxies } from './check-proxies.ts';
import { isClass } from './class-terms.ts';

export interface ProxyAnchorOptions {
  /** α, > 0. Default 32. */
  readonly scale?: number;
  /** δ. Default 0.1. */
  readonly margin?: number;
  /** Whether both terms are divided by α, as in the generic form of pair losses. Default false: as published. */
  readonly scaleByAlpha?: boolean;
}

/**
 * Terms of the Proxy-Anchor loss, of the cosine similarity s, where the anchors are the proxies of classes: ln(1 + Σ e^(−α(s − δ))) over embeddings of the class, which is left out where the
 * batch has none of it, and ln(1 + Σ e^(α(s + δ))) over the others, of every class. A label that is no class belongs to none, not even as a negative.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length
 * @returns two sets of [classes]
 * @throws {RangeError | TypeError} for other shapes or types, a scale ≤ 0, a margin that is not finite
 */
export function proxyAnchorTerms(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: ProxyAnchorOptions = {}): { readonly positive: Terms; readonly negative: Terms } {
  const { scale = 32, margin = 0.1, scaleByAlpha = false } = options;
  const classes = checkProxies('proxyAnchorLoss', embeddings, labels, proxies);
  checkPositive('proxyAnchorLoss', 'scale', scale);
  checkFinite('proxyAnchorLoss', 'margin', margin);
  return tf.tidy(() => {
    const similarities = cosineSimilarities(proxies, embeddings);
    const ofClasses = tf.range(0, classes, 1, 'int32');
    const { positive, negative } = pairMasks(ofClasses, labels);
    const counted = tf.logicalAnd(negative, tf.expandDims(isClass(labels, classes), 0));
    const by = scaleByAlpha ? scale : 1;
    const side = (exponents: tf.Tensor, mask: tf.Tensor): tf.Tensor => tf.div(maskedLogSumExp(exponents, mask, { plusOne: true }), by);
    return {
      positive: { values: side(tf.mul(tf.sub(similarities, margin), -scale), positive), valid: hasAny(positive), labels: ofClasses },
      negative: { values: side(tf.mul(tf.add(similarities, margin), scale), counted), valid: tf.ones([classes], 'bool'), labels: ofClasses },
    };
  });
}

/**
 * The Proxy-Anchor loss: the mean of its positive terms over the classes of the batch, and of its negative terms over all.
 *
 * Kim, Kim, Cho, Kwak, "Proxy Anchor Loss for Deep Metric Learning", CVPR 2020, equation 4.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length: variables of the caller (`initProxies`)
 * @throws {RangeError | TypeError} for other shapes or types, a scale ≤ 0, a margin that is not finite
 */
export function proxyAnchorLoss(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: ProxyAnchorOptions = {}): Scalar {
  return tf.tidy(() => {
    const { positive, negative } = proxyAnchorTerms(embeddings, labels, proxies, options);
    return tf.add<Scalar>(reduceTerms('proxyAnchorLoss', positive, 'mean'), reduceTerms('proxyAnchorLoss', negative, 'mean'));
  });
}
