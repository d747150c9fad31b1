import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/** ln Σₖ exp(xₖ) of each row, [n]. The shift is a constant: it does not move the result. */
export function logSumExp(x: tf.Tensor): tf.Tensor1D {
  const largest = detach(tf.max(x, -1, true));
  return tf.add<tf.Tensor1D>(tf.log(tf.sum(tf.exp(tf.sub(x, largest)), -1)), tf.reshape(largest, [-1]));
}
