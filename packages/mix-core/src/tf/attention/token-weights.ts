import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from '../mix.ts';

/** Every row or column of an image that falls to a cell of the grid: ⌊i·pixels/cells⌋. */
function nearest(x: tf.Tensor, axis: number, cells: number): tf.Tensor {
  const pixels = x.shape[axis]!;
  if (cells === pixels) return x;
  const read = Int32Array.from({ length: cells }, (_, i) => Math.floor((i * pixels) / cells));
  return tf.gather(x, tf.tensor1d(read, 'int32'), axis);
}

/** [1 or rows, height · width, k]: what each source weighs at the tokens of a grid, read at one pixel of each. */
export function tokenWeights({ weights, warp, sources }: Mix, [height, width]: readonly [number, number]): tf.Tensor3D {
  const k = sources.shape[1]!;
  const [count] = weights.shape as [number];
  if (weights.rank === 2) return tf.tile(tf.reshape(weights, [count, 1, k]), [1, height * width, 1]);
  const cells = tf.reshape<tf.Rank.R3>(nearest(nearest(weights, 1, height), 2, width), [count, height * width, -1]);
  if (!warp) return cells;
  const owned = tf.tensor2d(Float32Array.from({ length: warp.owners.length * k }, (_, i) => Number(warp.owners[Math.floor(i / k)] === i % k)), [warp.owners.length, k]);
  return tf.reshape(tf.matMul(tf.reshape<tf.Rank.R2>(cells, [-1, warp.owners.length]), owned), [count, height * width, k]);
}
