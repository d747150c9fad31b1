import * as tf from '@tensorflow/tfjs-core';

/** Softmax along the last axis. Not `tf.softmax`, whose second derivative is wrong. */
export function softmax<T extends tf.Tensor>(logits: T): T {
  return tf.engine().runKernel('Softmax', { logits }, { dim: -1 });
}
