import * as tf from '@tensorflow/tfjs-core';

/** [n, classes] one-hot rows. A label that is out of range has none, so its row is 0. */
export function oneHot(labels: tf.Tensor, classes: number): tf.Tensor2D {
  return tf.oneHot(labels as tf.Tensor1D, classes, 1, 0, 'float32') as tf.Tensor2D;
}
