import * as tf from '@tensorflow/tfjs-core';

/** [n, classes] one-hot rows. A label that is out of range has none, so its row is 0. (`tf.oneHot` refuses a single class.) */
export function oneHot(labels: tf.Tensor, classes: number): tf.Tensor2D {
  return tf.cast(tf.equal<tf.Tensor2D>(tf.reshape(labels, [-1, 1]), tf.range(0, classes, 1, 'int32')), 'float32');
}
