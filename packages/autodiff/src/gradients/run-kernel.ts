import * as tf from '@tensorflow/tfjs-core';

/** Runs a kernel that has no operation of its own in TensorFlow.js, or one whose operation computes its gradient otherwise. */
export function runKernel<Result extends tf.Tensor | tf.Tensor[] = tf.Tensor>(name: string, inputs: Readonly<Record<string, tf.Tensor>>, attrs: object = {}): Result {
  return tf.engine().runKernel(name, { ...inputs }, { ...attrs });
}
