import * as tf from '@tensorflow/tfjs-core';

/** bool of the labels' shape: whether a label is in [0, classes). */
export function isValid(labels: tf.Tensor, classes: number): tf.Tensor {
  return tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes));
}

/** Labels out of range, which gathers must not see, become 0. */
export function inRange(labels: tf.Tensor, classes: number): tf.Tensor {
  return tf.where(isValid(labels, classes), labels, tf.zerosLike(labels));
}

/**
 * The elements of each row at its labels; of a label out of range any. One gather, whose gradient is one scatter: no one-hot matrix is made.
 *
 * @param x [n, classes]
 * @param labels int32 [n, k]
 * @returns [n, k]
 */
export function pick(x: tf.Tensor, labels: tf.Tensor): tf.Tensor2D {
  const [n, classes] = x.shape as [number, number];
  const firsts = tf.reshape(tf.range(0, n * classes, classes, 'int32'), [n, 1]);
  return tf.gather(tf.reshape(x, [-1]), tf.add(firsts, inRange(labels, classes))) as tf.Tensor2D;
}

/** The largest element of each row, [n, 1]; of equals the first, which alone gets the gradient. */
export function pickLargest(x: tf.Tensor): tf.Tensor2D {
  return pick(x, tf.expandDims(tf.argMax(x, -1) as tf.Tensor, 1));
}
