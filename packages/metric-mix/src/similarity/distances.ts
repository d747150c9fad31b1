import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkRowSets, checkRows, checkShape } from '../check-tensors.ts';
import type { EmbeddingsLike } from '../inputs.ts';
import { gramMatrix } from './gram-matrix.ts';
import { safeSqrt } from './safe-sqrt.ts';

/** The most that float32 leaves of ‖a‖² + ‖x‖² − 2⟨a, x⟩ where a = x, as a share of ‖a‖² + ‖x‖²: 2^−20.4 was seen, in 2048 dimensions on ONNX Runtime. */
const ROUNDING = 2 ** -20;

/**
 * Squared Euclidean distances of all pairs of rows as they are (take `unitRows` first where they are to be unit), by one matrix product. Less than rounding leaves of equal rows
 * (2⁻²⁰ of ‖a‖² + ‖x‖²; for unit rows a distance of 0.0014) counts as 0, with no gradient. Where such small distances matter, list the pairs: `rowDistances`.
 *
 * @param anchors [anchors, dimensions]
 * @param examples [examples, dimensions]. Default: the anchors
 * @returns [anchors, examples], ≥ 0
 * @throws {RangeError} for other shapes
 */
export function squaredDistances(anchors: EmbeddingsLike, examples: EmbeddingsLike = anchors): tf.Tensor2D {
  checkRowSets('squaredDistances', anchors, examples, ['anchors', 'examples']);
  return tf.tidy(() => {
    const ofAnchors = tf.sum(tf.square(anchors), 1, true);
    const ofExamples = examples === anchors ? ofAnchors : tf.sum(tf.square(examples), 1, true);
    const sums = tf.add(ofAnchors, tf.reshape(ofExamples, [1, -1]));
    const products = examples === anchors ? gramMatrix(anchors) : tf.matMul(anchors, examples, false, true);
    const squares = tf.sub(sums, tf.mul(products, 2));
    const equal = tf.lessEqual(detach(squares), tf.mul(detach(sums), ROUNDING)); // not so where there is NaN, which stays
    return tf.where(equal, tf.zerosLike(squares), squares) as tf.Tensor2D;
  });
}

/** Euclidean distances of all pairs: roots of `squaredDistances`, with zero gradient at 0. Arguments, shapes and errors are the same. */
export function euclideanDistances(anchors: EmbeddingsLike, examples: EmbeddingsLike = anchors): tf.Tensor2D {
  return tf.tidy(() => safeSqrt(squaredDistances(anchors, examples)));
}

/**
 * Euclidean distances of listed pairs, row by row, from differences: exact near 0, with zero gradient at 0.
 *
 * @param a [pairs, dimensions], as they are
 * @param b [pairs, dimensions]
 * @returns [pairs], ≥ 0
 * @throws {RangeError} for other shapes
 */
export function rowDistances(a: EmbeddingsLike, b: EmbeddingsLike): tf.Tensor1D {
  checkRows('rowDistances', 'a', a);
  checkShape('rowDistances', 'b', b, a.shape);
  return tf.tidy(() => safeSqrt(tf.sum<tf.Tensor1D>(tf.square(tf.sub(a, b)), 1)));
}

/**
 * Inner products of listed pairs, row by row; of unit rows, their cosine similarities.
 *
 * @param a [pairs, dimensions], as they are
 * @param b [pairs, dimensions]
 * @returns [pairs]
 * @throws {RangeError} for other shapes
 */
export function rowProducts(a: EmbeddingsLike, b: EmbeddingsLike): tf.Tensor1D {
  checkRows('rowProducts', 'a', a);
  checkShape('rowProducts', 'b', b, a.shape);
  return tf.tidy(() => tf.sum<tf.Tensor1D>(tf.mul(a, b), 1));
}
