import * as tf from '@tensorflow/tfjs-core';
import { zeros } from './zeros.ts';

/** As `tf.broadcastTo`, which leaves an axis alone that becomes empty. */
export function broadcast(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return shape.includes(0) ? zeros(shape) : tf.broadcastTo(x, [...shape]);
}
