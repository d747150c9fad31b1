import * as tf from '@tensorflow/tfjs-core';

/** 1 where the condition holds, 0 elsewhere, as float32. */
export function mask(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}
