import * as tf from '@tensorflow/tfjs-core';

/** √x for x > 0, else 0; its gradient is 0 where x ≤ 0, and not infinite. */
export function safeSqrt<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const positive = tf.greater(x, 0);
    return tf.where<T>(positive, tf.sqrt(tf.where(positive, x, tf.onesLike(x))), tf.zerosLike(x));
  });
}
