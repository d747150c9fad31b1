import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { checkProxies } from './check-proxies.ts';
import { marginSoftmaxTerms } from './margin-softmax-terms.ts';

export interface ArcFaceOptions {
  /** m in degrees, in [0, 180]. Default 28.6. */
  readonly marginDegrees?: number;
  /** What cosines are multiplied by, > 0. Default 64. */
  readonly scale?: number;
}

/** At cosines of ±1 the angle has an infinite gradient. */
const LARGEST_COSINE = 1 - 1e-7;

/** cos(θ + m) of cos θ, as cos θ cos m − sin θ sin m, where θ ≤ π − m; else cos θ − m sin m, which falls on. */
function withAngle(cosines: tf.Tensor, margin: number): tf.Tensor {
  const cosine = tf.clipByValue(cosines, -LARGEST_COSINE, LARGEST_COSINE);
  const sine = tf.sqrt(tf.mul(tf.sub(1, cosine), tf.add(1, cosine)));
  const turned = tf.sub(tf.mul(cosine, Math.cos(margin)), tf.mul(sine, Math.sin(margin)));
  return tf.where(tf.greaterEqual(cosine, -Math.cos(margin)), turned, tf.sub(cosine, margin * Math.sin(margin)));
}

/**
 * Terms of ArcFace: cross entropy of scale · cos θ_c, of the angles θ_c to the proxies of classes, where that of the own class is cos(θ + m) if θ ≤ π − m, else cos θ − m sin m. A label that is
 * no class is left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a margin outside [0, 180], a scale ≤ 0
 */
export function arcFaceTerms(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: ArcFaceOptions = {}): Terms {
  const { marginDegrees = 28.6, scale = 64 } = options;
  checkProxies('arcFaceLoss', embeddings, labels, proxies);
  checkPositive('arcFaceLoss', 'scale', scale);
  if (!(marginDegrees >= 0 && marginDegrees <= 180)) throw new RangeError(`arcFaceLoss: marginDegrees must be in [0, 180], got ${marginDegrees}`);
  return marginSoftmaxTerms(embeddings, labels, proxies, scale, (cosines) => withAngle(cosines, marginDegrees * Math.PI / 180));
}

/**
 * ArcFace.
 *
 * Deng, Guo, Xue, Zafeiriou, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019, equation 3.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length: variables of the caller (`initProxies`)
 * @param options `reduction`: default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, a margin outside [0, 180], a scale ≤ 0, an unknown reduction
 */
export function arcFaceLoss(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: ArcFaceOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('arcFaceLoss', arcFaceTerms(embeddings, labels, proxies, options), options.reduction ?? 'mean'));
}
