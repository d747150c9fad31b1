import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkPositive } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { checkProxies } from './check-proxies.ts';
import { marginSoftmaxTerms } from './margin-softmax-terms.ts';

export interface CosFaceOptions {
  /** m, what the cosine of the own class is short of. Default 0.35. */
  readonly margin?: number;
  /** What cosines are multiplied by, > 0. Default 64. */
  readonly scale?: number;
}

/**
 * Terms of CosFace: cross entropy of scale · (cos θ_c − m [c = y]), of the angles θ_c to the proxies of classes. A label that is no class is left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite, a scale ≤ 0
 */
export function cosFaceTerms(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: CosFaceOptions = {}): Terms {
  const { margin = 0.35, scale = 64 } = options;
  checkProxies('cosFaceLoss', embeddings, labels, proxies);
  checkFinite('cosFaceLoss', 'margin', margin);
  checkPositive('cosFaceLoss', 'scale', scale);
  return marginSoftmaxTerms(embeddings, labels, proxies, scale, (cosines) => tf.sub(cosines, margin));
}

/**
 * CosFace.
 *
 * Wang et al., "CosFace: Large Margin Cosine Loss for Deep Face Recognition", CVPR 2018, equation 4.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length: variables of the caller (`initProxies`)
 * @param options `reduction`: default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite, a scale ≤ 0, an unknown reduction
 */
export function cosFaceLoss(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: CosFaceOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('cosFaceLoss', cosFaceTerms(embeddings, labels, proxies, options), options.reduction ?? 'mean'));
}
