import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/** bool of the labels' shape: whether a label is in [0, classes). */
export function isValid(labels: tf.Tensor, classes: number): tf.Tensor {
  return tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes));
}

/** Labels out of range, which gathers must not see, become 0. */
export function inRange(labels: tf.Tensor, classes: number): tf.Tensor {
  return tf.where(isValid(labels, classes), labels, tf.zerosLike(labels));
}

/** int32 [n, k]: where labels are in n · classes elements. */
function placesOf(labels: tf.Tensor, classes: number): tf.Tensor {
  const [n] = labels.shape as [number, number];
  return tf.add(tf.reshape(tf.range(0, n * classes, classes, 'int32'), [n, 1]), inRange(labels, classes));
}

/**
 * The elements of each row at its labels; of a label out of range any. One gather, whose gradient is one scatter: no one-hot matrix is made.
 *
 * @param x [n, classes]
 * @param labels int32 [n, k]
 * @returns [n, k]
 */
export function pick(x: tf.Tensor, labels: tf.Tensor): tf.Tensor2D {
  const flat: tf.Tensor = tf.reshape(x, [-1]);
  return tf.gather(flat, placesOf(labels, x.shape[1]!)) as tf.Tensor2D;
}

/** [n, classes]: the transpose of `pick`, values [n, k] added up at labels, 0 elsewhere. */
export function spread(values: tf.Tensor, labels: tf.Tensor, classes: number): tf.Tensor2D {
  const [n] = labels.shape as [number, number];
  const flat: tf.Tensor1D = tf.scatterND(tf.reshape(placesOf(labels, classes), [-1, 1]), tf.reshape(values, [-1]), [n * classes]);
  return tf.reshape(flat, [n, classes]);
}

/** int32 [n, 1]: where the largest element of each row is; of equals the first. (Faster than `tf.argMax`, which looks for NaN, where the back end is ONNX Runtime.) */
export function indexOfLargest(x: tf.Tensor): tf.Tensor2D {
  return tf.topk(detach(x), 1).indices as tf.Tensor2D;
}

/** [n, 1]: the largest element of each row; of equals the first alone has the gradient. */
export function pickLargest(x: tf.Tensor): tf.Tensor2D {
  return pick(x, indexOfLargest(x));
}
