import * as tf from '@tensorflow/tfjs-core';
import { weightedSum } from './apply-mix.ts';
import type { Mix } from './mix.ts';

/**
 * The mixed targets: row r is Σⱼ labelWeights[r, j] · targets[sources[r, j]]. Gradients flow into targets and label weights.
 *
 * @param targets [batch, classes] one-hot or soft; or [batch, dimensions] of a regression
 * @returns [rows, classes]
 * @throws {RangeError} for label weights that do not fit the sources, or targets of another rank
 */
export function mixTargets<T extends tf.Tensor>({ sources, labelWeights }: Mix, targets: T): T {
  if (sources.rank !== 2 || labelWeights.shape.join() !== sources.shape.join()) {
    throw new RangeError(`mixTargets: labelWeights must have the shape of sources [${sources.shape.join(', ')}], got [${labelWeights.shape.join(', ')}]`);
  }
  if (targets.rank !== 2) throw new RangeError(`mixTargets: targets must have shape [batch, classes], got [${targets.shape.join(', ')}]`);
  return tf.tidy(() => weightedSum(targets, sources, labelWeights));
}
