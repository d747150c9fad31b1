import * as tf from '@tensorflow/tfjs-core';

/** √x for x > 0, 0 for x ≤ 0, with gradient 0 there, and not an infinite one; NaN stays NaN. */
export function safeSqrt<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const none = tf.lessEqual(x, 0);
    return tf.where<T>(none, tf.zerosLike(x), tf.sqrt(tf.where(none, tf.onesLike(x), x)));
  });
}
