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

/** bool [n, k, k]: which places of a row are the same. */
function samePlaces(places: tf.Tensor): tf.Tensor {
  const [n, k] = places.shape as [number, number];
  return tf.equal(tf.reshape(places, [n, k, 1]), tf.reshape(places, [n, 1, k]));
}

/** [n, k]: for each place the sum of all values that belong there. */
function sumOfSame(values: tf.Tensor, places: tf.Tensor): tf.Tensor {
  const [n, k] = places.shape as [number, number];
  return tf.sum(tf.mul(tf.cast(samePlaces(places), 'float32'), tf.reshape(values, [n, 1, k])), -1);
}

/** The same values; of those of one place, which are equal, the first alone has the gradient. */
function ofFirst(values: tf.Tensor, places: tf.Tensor): tf.Tensor {
  const [, k] = places.shape as [number, number];
  const before = tf.linalg.bandPart(tf.ones([k, k]), -1, 0);
  const isFirst = tf.cast(tf.equal(tf.sum(tf.mul(tf.cast(samePlaces(places), 'float32'), before), -1), 1), 'float32');
  return tf.add(tf.mul(values, isFirst), tf.mul(detach(values), tf.sub(1, isFirst)));
}

/**
 * x with values [n, k] added up at labels: the transpose of `pick` on top of x, without passes over zeros. For an x that nothing else reads: TensorFlow.js's CPU back end writes into it.
 *
 * @param x [n, classes]
 * @param labels int32 [n, k]
 */
export function addAtLabels(x: tf.Tensor, values: tf.Tensor, labels: tf.Tensor): tf.Tensor2D {
  const [n, classes] = x.shape as [number, number];
  const k = labels.shape[1]!;
  const places = placesOf(labels, classes);
  const flat = tf.reshape(x, [-1]);
  const updates = tf.add(tf.gather(flat, places), k === 1 ? values : sumOfSame(values, places));
  const updated = tf.tensorScatterUpdate(flat, tf.reshape(places, [-1, 1]), tf.reshape(k === 1 ? updates : ofFirst(updates, places), [-1]));
  return tf.reshape(updated, [n, classes]);
}

/** int32 [n, 1]: where the largest element of each row is; of equals the first. (Faster than `tf.argMax`, which looks for NaN, where the back end is ONNX Runtime.) */
export function indexOfLargest(x: tf.Tensor): tf.Tensor2D {
  return tf.topk(detach(x), 1).indices as tf.Tensor2D;
}

/** [n, 1]: the largest element of each row; of equals the first alone has the gradient. */
export function pickLargest(x: tf.Tensor): tf.Tensor2D {
  return pick(x, indexOfLargest(x));
}
