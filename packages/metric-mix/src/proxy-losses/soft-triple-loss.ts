import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkPositive, checkWhole } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { cosineSimilarities } from '../similarity/cosine-similarities.ts';
import { checkProxies } from './check-proxies.ts';
import { crossEntropyTerms, oneHot } from './class-terms.ts';

export interface SoftTripleOptions {
  /** K, centres of each class. Default 10. */
  readonly perClass?: number;
  /** λ, what similarities to classes are multiplied by, > 0. Default 20. */
  readonly scale?: number;
  /** γ, temperature of the choice among the centres of a class, > 0. Default 0.1. */
  readonly gamma?: number;
  /** δ, what the own class is short of. Default 0.01. */
  readonly margin?: number;
}

/**
 * Terms of the SoftTriple loss, of the cosine similarity s: cross entropy of λ(S_c − δ [c = y]) with S_c = Σₖ softmaxₖ(s_ck / γ) s_ck. A label that is no class is left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param centres [classes · perClass, dimensions], of any length, class after class
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, scale or gamma ≤ 0, a margin that is not finite
 */
export function softTripleTerms(embeddings: EmbeddingsLike, labels: LabelsLike, centres: tf.Tensor, options: SoftTripleOptions = {}): Terms {
  const { perClass = 10, scale = 20, gamma = 0.1, margin = 0.01 } = options;
  checkWhole('softTripleLoss', 'perClass', perClass);
  const classes = checkProxies('softTripleLoss', embeddings, labels, centres, 'centres', perClass);
  checkPositive('softTripleLoss', 'scale', scale);
  checkPositive('softTripleLoss', 'gamma', gamma);
  checkFinite('softTripleLoss', 'margin', margin);
  return tf.tidy(() => {
    const similarities = tf.reshape(cosineSimilarities(embeddings, centres as EmbeddingsLike), [-1, classes, perClass]);
    const toClasses = tf.sum(tf.mul(tf.softmax(tf.div(similarities, gamma)), similarities), 2);
    return crossEntropyTerms(tf.mul(tf.sub(toClasses, tf.mul(oneHot(labels, classes), margin)), scale), labels);
  });
}

/**
 * The SoftTriple loss, without its regulariser of the number of centres.
 *
 * Qian et al., "SoftTriple Loss: Deep Metric Learning Without Triplet Sampling", ICCV 2019, equation 7.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param centres [classes · perClass, dimensions], of any length: variables of the caller (`initProxies`)
 * @param options `reduction`: default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, scale or gamma ≤ 0, a margin that is not finite, an unknown reduction
 */
export function softTripleLoss(embeddings: EmbeddingsLike, labels: LabelsLike, centres: tf.Tensor, options: SoftTripleOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('softTripleLoss', softTripleTerms(embeddings, labels, centres, options), options.reduction ?? 'mean'));
}
