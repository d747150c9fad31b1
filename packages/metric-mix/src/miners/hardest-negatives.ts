import * as tf from '@tensorflow/tfjs-core';
import { checkWhole } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { candidates } from './first-of-row.ts';
import { minedMatrix, type MinerOptions } from './mined-matrix.ts';

// a type, as `tf.tidy` returns no interfaces
export type HardestNegatives = {
  /** int32 [n, k], nearest first */
  readonly indices: tf.Tensor2D;
  /** bool [n, k]: false where the anchor has fewer negatives. */
  readonly valid: tf.Tensor2D;
  /** bool [n, examples]: the same as a mask. */
  readonly negative: tf.Tensor2D;
};

/**
 * The k negatives of each anchor that are nearest to it, by Euclidean distance of unit rows, of equals the first. Constants for gradients.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param k from 1 to the number of examples
 * @throws {RangeError | TypeError} for other shapes or types, another k
 */
export function hardestNegatives(embeddings: EmbeddingsLike, labels: LabelsLike, k: number, options: MinerOptions = {}): HardestNegatives {
  checkWhole('hardestNegatives', 'k', k);
  return tf.tidy(() => {
    const { values, negative } = minedMatrix('hardestNegatives', 'distance', embeddings, labels, options);
    const examples = values.shape[1];
    if (k > examples) throw new RangeError(`hardestNegatives: k must be at most the number of examples ${examples}, got ${k}`);
    const { values: nearness, indices } = tf.topk(candidates(tf.neg(values), negative), k);
    // distances are ≤ 2
    const valid = tf.greater<tf.Tensor2D>(nearness, -3);
    const places = tf.equal(tf.expandDims(indices, 2), tf.reshape(tf.range(0, examples, 1, 'int32'), [1, 1, -1]));
    return { indices: indices as tf.Tensor2D, valid, negative: tf.any<tf.Tensor2D>(tf.logicalAnd(places, tf.expandDims(valid, 2)), 1) };
  });
}
