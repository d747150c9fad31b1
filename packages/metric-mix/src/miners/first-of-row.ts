import * as tf from '@tensorflow/tfjs-core';

/** What no candidate is as small as. */
const NOTHING = -1e30;

/** Values where `among`, else less than any: for `tf.topk`, of whose equals the first comes first. */
export function candidates(values: tf.Tensor, among: tf.Tensor): tf.Tensor {
  return tf.where(among, values, tf.fill(values.shape, NOTHING));
}

/**
 * bool [rows, columns]: the largest of the candidates of each row, of equals the first; nothing in a row without candidates.
 *
 * @param values [rows, columns], finite
 * @param among bool [rows, columns]
 */
export function largestOfRow(values: tf.Tensor, among: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => {
    const { indices } = tf.topk(candidates(values, among), 1);
    const columns = tf.expandDims(tf.range(0, values.shape[1]!, 1, 'int32'), 0);
    return tf.logicalAnd<tf.Tensor2D>(among, tf.equal(indices, columns));
  });
}
