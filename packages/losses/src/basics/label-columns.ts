import * as tf from '@tensorflow/tfjs-core';
import type { LambdaLike } from '../inputs.ts';

/** Labels [n] side by side, int32 [n, k]. */
export function labelColumns(...labels: tf.Tensor[]): tf.Tensor2D {
  return tf.stack(labels, 1) as tf.Tensor2D;
}

/** λ and 1 − λ side by side, [n, 2], or [1, 2] where all samples share them. */
export function shareColumns(lambda: LambdaLike): tf.Tensor2D {
  const column = tf.reshape(typeof lambda === 'number' ? tf.scalar(lambda) : lambda, [-1, 1]);
  return tf.concat([column, tf.sub(1, column)], 1) as tf.Tensor2D;
}
