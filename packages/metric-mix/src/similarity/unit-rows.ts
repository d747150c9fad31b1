import type { Embeddings } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkRows } from '../check-tensors.ts';
import type { EmbeddingsLike } from '../inputs.ts';

/** A row that is shorter has no direction. */
const SHORTEST = 1e-12;

/**
 * Rows of length 1. A row shorter than 1e-12 becomes zero, and its gradient is zero (dividing by 1e-12 would make it 10¹² times larger than that of its neighbours).
 *
 * @param embeddings [n, dimensions]
 * @returns [n, dimensions]
 * @throws {RangeError} for another shape
 */
export function unitRows(embeddings: EmbeddingsLike): Embeddings {
  checkRows('unitRows', 'embeddings', embeddings);
  return tf.tidy(() => {
    const squares = tf.sum(tf.square(embeddings), 1, true);
    const long = tf.greater(squares, SHORTEST ** 2);
    const inverse = tf.where(long, tf.rsqrt(tf.where(long, squares, tf.onesLike(squares))), tf.zerosLike(squares));
    return tf.mul<Embeddings>(embeddings, inverse);
  });
}
