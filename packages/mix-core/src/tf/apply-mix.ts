import * as tf from '@tensorflow/tfjs-core';
import { alignFeatures } from './align-features.ts';
import type { Mix, Warp } from './mix.ts';

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

/** Σₜ weights[…, t] · x[sources[:, owners[t]], pixels[…, t]], where weights and pixels are [1 or rows, h, w, taps] and x is [batch, h, w, …]. */
function tappedSum<T extends tf.Tensor>(x: T, { sources, weights, warp }: Mix & { readonly warp: Warp }): T {
  const [rows] = sources.shape as [number];
  const [count, height, width, taps] = weights.shape as [number, number, number, number];
  const size = height * width;
  const depth = x.size / (x.shape[0] * size);
  const all = tf.reshape(x, [-1, depth]);
  const cells = tf.reshape<tf.Rank.R2>(weights, [-1, taps]);
  const starts = tf.mul(sources, tf.scalar(size, 'int32'));
  const parts = warp.owners.map((j, tap) => {
    const pixels = tf.reshape(tf.slice(warp.pixels, [0, 0, 0, tap], [count, height, width, 1]), [count, size]);
    const places = tf.add(tf.slice(starts, [0, j], [rows, 1]), pixels);
    const chosen = tf.gather(all, tf.reshape(tf.cast(places, 'int32'), [rows * size]));
    const weight = tf.matMul(cells, selection(taps, tap, depth));
    return tf.mul(tf.reshape(chosen, [rows, -1]), tf.reshape(weight, [count, -1]));
  });
  return tf.reshape(parts.reduce((sum, part) => tf.add(sum, part)), [rows, ...x.shape.slice(1)]) as T; // same rank, same names
}

function checkWarp(caller: string, { owners, pixels }: Warp, weights: tf.Tensor, k: number): void {
  if (pixels.shape.join() !== weights.shape.join() || pixels.rank !== 4) throw new RangeError(`${caller}: warp.pixels must have the shape of weights [${weights.shape.join(', ')}], of rank 4, got [${pixels.shape.join(', ')}]`);
  const fits = owners.every((j) => Number.isInteger(j) && j >= 0 && j < k);
  if (!fits) throw new RangeError(`${caller}: warp.owners must be whole numbers in [0, ${k}), got [${owners.join(', ')}]`);
}

function checkMix(caller: string, { sources, weights, warp }: Mix, x: tf.Tensor): void {
  const [rows, k] = sources.shape as [number, number];
  const outer = weights.shape.slice(0, -1);
  const last = warp ? warp.owners.length : k;
  const fits = sources.rank === 2 && weights.shape.at(-1) === last && (outer[0] === 1 || outer[0] === rows) && (outer.length === 1 || outer.length === 3);
  if (!fits) throw new RangeError(`${caller}: weights must have shape [1 or ${rows}, ${last}] or [1 or ${rows}, height, width, ${last}], got [${weights.shape.join(', ')}]`);
  if (warp) checkWarp(caller, warp, weights, k);
  const sized = outer.length === 1 || (x.rank >= 3 && x.shape[1] === outer[1] && x.shape[2] === outer[2]);
  if (!sized) throw new RangeError(`${caller}: images must have shape [batch, ${outer[1]}, ${outer[2]}, …], got [${x.shape.join(', ')}]`);
}

/**
 * The mixed images: row r is Σⱼ weights[r, …, j] · images[sources[r, j]]; with a warp, of the pixels that it names; where `aligned` says so, of maps that are aligned first. Gradients flow into images and weights. Works on the
 * output of any model stage too.
 *
 * @param images [batch, …] where the weights are scalars, of any rank; [batch, height, width, …] where they are a map
 * @returns [rows, …]
 * @throws {RangeError} for weights or a warp whose shapes do not fit sources or images
 */
export function applyMix<T extends tf.Tensor>(mix: Mix, images: T): T {
  checkMix('applyMix', mix, images);
  const { warp } = mix;
  if (mix.aligned) return alignFeatures(mix, images);
  return tf.tidy(() => (warp ? tappedSum(images, { ...mix, warp }) : weightedSum(images, mix.sources, mix.weights)));
}
