import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from './mix.ts';

/** [k, depth]: times weights [cells, k] it gives source j's weight once for each of `depth` channels. One product is far quicker than a slice that then broadcasts over channels. */
function selection(k: number, j: number, depth: number): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from({ length: k * depth }, (_, i) => Number(Math.floor(i / depth) === j)), [k, depth]);
}

/** Σⱼ weights[…, j] · x[sources[:, j]], where weights are [1 or rows, k] or [1 or rows, h, w, k] and x is [batch, …]. */
export function weightedSum<T extends tf.Tensor>(x: T, sources: tf.Tensor, weights: tf.Tensor): T {
  const [rows, k] = sources.shape as [number, number];
  const [count = 1, ...map] = weights.shape.slice(0, -1);
  const inner = x.shape.slice(1);
  const depth = map.length === 0 ? 1 : tf.util.sizeFromShape(inner.slice(2));
  const cells = tf.reshape<tf.Rank.R2>(weights, [-1, k]);
  const parts = Array.from({ length: k }, (_, j) => {
    const chosen = tf.gather(x, tf.reshape(tf.slice(sources, [0, j], [rows, 1]), [rows]));
    const weight = tf.matMul(cells, selection(k, j, depth));
    return tf.mul(tf.reshape(chosen, [rows, -1]), tf.reshape(weight, [count, -1]));
  });
  return tf.reshape(parts.reduce((sum, part) => tf.add(sum, part)), [rows, ...inner]) as T; // same rank, same names
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
export function applyMix<T extends tf.Tensor>(mix: Mix, images: T): T {
  checkMix('applyMix', mix, images);
  return tf.tidy(() => weightedSum(images, mix.sources, mix.weights));
}
