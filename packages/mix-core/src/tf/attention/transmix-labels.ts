import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from '../mix.ts';
import { tokenWeights } from './token-weights.ts';

export interface TransmixOptions {
  /** How much attention counts against the mix's own label weights, in [0, 1]: one number, or a tensor [rows]. Default 0.5. */
  readonly ratio?: number | tf.Tensor;
  /** Whether label weights are constants, as in the papers. Where false, gradients flow into attention and ratio. Default true. */
  readonly detachLabels?: boolean;
}

function checkInputs({ sources }: Mix, attention: tf.Tensor, ratio: number | tf.Tensor): void {
  const [rows] = sources.shape as [number];
  if (attention.rank !== 3 || attention.shape[0] !== rows) throw new RangeError(`transmixLabelWeights: attention must have shape [${rows}, height, width] (see classAttention), got [${attention.shape.join(', ')}]`);
  if (typeof ratio === 'number') {
    if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`transmixLabelWeights: ratio must be in [0, 1], got ${ratio}`);
  } else if (ratio.rank !== 1 || ratio.shape[0] !== rows) {
    throw new RangeError(`transmixLabelWeights: ratio must be a number or have shape [${rows}], got [${ratio.shape.join(', ')}]`);
  }
}

/**
 * The label weights of TransMix: those of the mix, averaged with the share of the class token's attention that falls on the tokens of each source,
 * (1 − ratio)·labelWeights + ratio·Σₜ Wₜⱼ aₜ / Σₜ aₜ. Fits any mix whose sources keep their places or not; weights of pixels are read at one pixel of each token. Where there is no
 * attention at all, the mix's own weights stand. `mixTargets({ ...mix, labelWeights }, targets)` makes targets of them.
 *
 * Chen, Sun, He, Torr, Yuille, Bai, "TransMix: Attend to Mix for Vision Transformers", CVPR 2022, arXiv 2111.09833.
 *
 * @param attention [rows, gridHeight, gridWidth] of the mixed images, from `classAttention`
 * @returns [rows, k]
 * @throws {RangeError} for an attention or a ratio of another shape, a ratio outside [0, 1]
 */
export function transmixLabelWeights(mix: Mix, attention: tf.Tensor, { ratio = 0.5, detachLabels = true }: TransmixOptions = {}): tf.Tensor2D {
  checkInputs(mix, attention, ratio);
  const [rows, height, width] = attention.shape as [number, number, number];
  return tf.tidy(() => {
    const seen = tf.reshape(attention, [rows, height * width, 1]);
    const total = tf.sum(seen, 1);
    const shares = tf.divNoNan(tf.sum(tf.mul(tokenWeights(mix, [height, width]), seen), 1), total);
    const share = typeof ratio === 'number' ? ratio : tf.reshape(ratio, [rows, 1]);
    const weighed = tf.add(mix.labelWeights, tf.mul(share, tf.sub(shares, mix.labelWeights)));
    const weights = tf.where(tf.greater(total, 0), weighed, mix.labelWeights) as tf.Tensor2D;
    return detachLabels ? detach(weights) : weights;
  });
}
