import * as tf from '@tensorflow/tfjs-core';

/**
 * ln softmax along the last axis. Exact at any size of the logits. Unlike `tf.logSoftmax`, whose second derivative silently lacks a term, it is made of kernels
 * alone and can be differentiated twice; one fused kernel where the back end has it.
 */
export function logSoftmax<T extends tf.Tensor>(logits: T): T {
  if (tf.getKernel('LogSoftmax', tf.getBackend())) return tf.engine().runKernel('LogSoftmax', { logits }, { axis: -1 });
  return tf.tidy(() => {
    const shifted = tf.sub(logits, tf.max(logits, -1, true));
    return tf.sub<T>(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
  });
}
