import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from './mix.ts';

/** Σⱼ weights[…, j] · x[sources[:, j]]; weights broadcast against x from the left. */
export function weightedSum(x: tf.Tensor, sources: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  const [rows, k] = sources.shape as [number, number];
  const outer = weights.shape.slice(0, -1);
  const ones = Array.from({ length: x.rank - outer.length }, () => 1);
  const parts = Array.from({ length: k }, (_, j) => {
    const chosen = tf.gather(x, tf.reshape(tf.slice(sources, [0, j], [rows, 1]), [rows]));
    const start = outer.map(() => 0);
    return tf.mul(chosen, tf.reshape(tf.slice(weights, [...start, j], [...outer, 1]), [...outer, ...ones]));
  });
  return parts.reduce((sum, part) => tf.add(sum, part));
}

function checkMix(caller: string, { sources, weights }: Mix, x: tf.Tensor): void {
  const [rows, k] = sources.shape as [number, number];
  const outer = weights.shape.slice(0, -1);
  const fits = sources.rank === 2 && weights.shape.at(-1) === k && (outer[0] === 1 || outer[0] === rows) && (outer.length === 1 || outer.length === 3);
  if (!fits) throw new RangeError(`${caller}: weights must have shape [1 or ${rows}, ${k}] or [1 or ${rows}, height, width, ${k}], got [${weights.shape.join(', ')}]`);
  const sized = outer.length === 1 || (x.rank >= 3 && x.shape[1] === outer[1] && x.shape[2] === outer[2]);
  if (!sized) throw new RangeError(`${caller}: images must have shape [batch, ${outer[1]}, ${outer[2]}, …], got [${x.shape.join(', ')}]`);
}

/**
 * The mixed images: row r is Σⱼ weights[r, …, j] · images[sources[r, j]]. Gradients flow into images and weights. Works on the output of any model stage too.
 *
 * @param images [batch, …] where the weights are scalars, of any rank; [batch, height, width, …] where they are a map
 * @returns [rows, …]
 * @throws {RangeError} for weights whose shape does not fit sources or images
 */
export function applyMix(mix: Mix, images: tf.Tensor): tf.Tensor {
  checkMix('applyMix', mix, images);
  return tf.tidy(() => weightedSum(images, mix.sources, mix.weights));
}
