import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from './mix.ts';
import { sinkhornPlan, type SinkhornOptions } from './sinkhorn.ts';

/** [rows, positions, channels] of one source of every row. */
function positionsOf(x: tf.Tensor, sources: tf.Tensor, j: number): tf.Tensor3D {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const [rows] = sources.shape as [number];
  return tf.reshape(tf.gather(x, tf.reshape(tf.slice(sources, [0, j], [rows, 1]), [rows])), [rows, height * width, channels]);
}

/** [rows, positions of a, positions of b]: squared distances of features. */
export function featureCosts(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const centre = tf.mean(a, 1, true); // close features far from the origin would lose their distance to rounding
    const [left, right] = [tf.sub<tf.Tensor3D>(a, centre), tf.sub<tf.Tensor3D>(b, centre)];
    const squares = tf.add(tf.sum(tf.square(left), 2, true), tf.reshape(tf.sum(tf.square(right), 2), [-1, 1, b.shape[1]]));
    return tf.relu(tf.sub<tf.Tensor3D>(squares, tf.mul(tf.matMul(left, right, false, true), 2)));
  });
}

/**
 * AlignMix: row r is weights[r, 0] · A + weights[r, 1] · B of the feature maps of its two sources, after the positions of source `aligned` were moved to those of the other:
 * position i of the moved map is Σⱼ T[i, j] · (position j), T = positions · `sinkhornPlan` of the squared distances between the features. Gradients flow into both maps and
 * the weights, none through T. `applyMix` does so for a mix with `aligned`; this function takes the options of the transport too.
 *
 * @param features [batch, height, width, channels]
 * @returns [rows, height, width, channels]
 * @throws {RangeError} for a mix without `aligned`, of other than two sources or with weights that are a map, features of another rank
 */
export function alignFeatures<T extends tf.Tensor>({ sources, weights, aligned }: Mix, features: T, options: SinkhornOptions = {}): T {
  if (!aligned) throw new RangeError('alignFeatures: mix.aligned must say which source is moved, got none');
  if (features.rank !== 4) throw new RangeError(`alignFeatures: features must have shape [batch, height, width, channels], got [${features.shape.join(', ')}]`);
  const [rows, k] = sources.shape as [number, number];
  if (k !== 2 || weights.rank !== 2) throw new RangeError(`alignFeatures: weights must have shape [1 or ${rows}, 2], got [${weights.shape.join(', ')}]`);
  return tf.tidy(() => {
    const [a, b] = [positionsOf(features, sources, 0), positionsOf(features, sources, 1)];
    const transport = tf.mul<tf.Tensor3D>(sinkhornPlan(featureCosts(a, b), options), a.shape[1]);
    const first = tf.equal(aligned, tf.scalar(0, 'int32'));
    const movedA = tf.where(first, tf.matMul(transport, a, true), a);
    const movedB = tf.where(first, b, tf.matMul(transport, b));
    const weight = (j: number): tf.Tensor => tf.reshape(tf.slice(weights, [0, j], [-1, 1]), [-1, 1, 1]);
    return tf.reshape(tf.add(tf.mul(movedA, weight(0)), tf.mul(movedB, weight(1))), [rows, ...features.shape.slice(1)]) as T; // same rank, same names
  });
}
