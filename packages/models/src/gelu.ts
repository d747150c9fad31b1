import * as tf from '@tensorflow/tfjs-core';

/** x·Φ(x), exact: by the error function (Hendrycks, Gimpel 2016, arXiv 1606.08415). */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5));
}
