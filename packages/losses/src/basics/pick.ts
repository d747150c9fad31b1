import * as tf from '@tensorflow/tfjs-core';

/**
 * The elements of each row at its labels, 0 where a label is out of range. One gather, whose gradient is one scatter: no one-hot matrix is made.
 *
 * @param x [n, classes]
 * @param labels int32 [n, k]
 * @returns [n, k]
 */
export function pick(x: tf.Tensor, labels: tf.Tensor): tf.Tensor2D {
  const [n, classes] = x.shape as [number, number];
  const valid = tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes));
  const firsts = tf.reshape(tf.range(0, n * classes, classes, 'int32'), [n, 1]);
  const places = tf.add(firsts, tf.where(valid, labels, tf.zerosLike(labels)));
  return tf.mul(tf.gather(tf.reshape(x, [-1]), places), tf.cast(valid, 'float32'));
}

/** The largest element of each row, [n]; of equals the first, which alone gets the gradient. */
export function pickLargest(x: tf.Tensor): tf.Tensor1D {
  const [n] = x.shape as [number, number];
  return tf.reshape(pick(x, tf.reshape(tf.argMax(x, -1), [n, 1])), [n]);
}
