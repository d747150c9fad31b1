import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { attachGradient } from './attach-gradient.ts';

/** Softmax along the last axis. Not `tf.softmax`, whose second derivative is wrong. */
export function softmax<T extends tf.Tensor>(logits: T): T {
  return tf.engine().runKernel('Softmax', { logits }, { dim: -1 });
}

/** ln Σₖ exp(zₖ) of each row in two parts, top + rest, so that differences to logits lose no digits. */
export interface LogSum {
  /** [n, 1]: the largest logit; a constant. */
  readonly top: tf.Tensor2D;
  /** [n, 1], in [0, ln classes]; has the gradient of the whole. */
  readonly rest: tf.Tensor2D;
}

/** One softmax does for the value and, computed once, for the gradient. @param logits [n, classes] */
export function logSum(logits: tf.Tensor): LogSum {
  const still = detach(logits);
  const rest = tf.neg(tf.log(tf.max(softmax(still), -1, true) as tf.Tensor2D));
  return { top: tf.max(still, -1, true) as tf.Tensor2D, rest: attachGradient(logits, rest, (dy, z) => tf.mul(dy, softmax(z))) };
}
