import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { checkProxies } from './check-proxies.ts';
import { marginSoftmaxTerms } from './margin-softmax-terms.ts';

export interface NormalizedSoftmaxOptions {
  /** What similarities are divided by, > 0. Default 0.05. */
  readonly temperature?: number;
}

/**
 * Terms of the normalised softmax loss: cross entropy of cosine similarities to the proxies of classes, divided by the temperature. A label that is no class is left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a temperature ≤ 0
 */
export function normalizedSoftmaxTerms(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: NormalizedSoftmaxOptions = {}): Terms {
  const { temperature = 0.05 } = options;
  checkProxies('normalizedSoftmaxLoss', embeddings, labels, proxies);
  checkPositive('normalizedSoftmaxLoss', 'temperature', temperature);
  return marginSoftmaxTerms(embeddings, labels, proxies, 1 / temperature);
}

/**
 * The normalised softmax loss.
 *
 * Zhai, Wu, "Classification is a Strong Baseline for Deep Metric Learning", BMVC 2019, equation 3.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length: variables of the caller (`initProxies`)
 * @param options `reduction`: default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, a temperature ≤ 0, an unknown reduction
 */
export function normalizedSoftmaxLoss(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: NormalizedSoftmaxOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('normalizedSoftmaxLoss', normalizedSoftmaxTerms(embeddings, labels, proxies, options), options.reduction ?? 'mean'));
}
