import * as tf from '@tensorflow/tfjs-core';

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** Runs a kernel directly: it has no operation of its own in TensorFlow.js, or one whose operation computes its gradient otherwise. */
export function runKernel(name: string, inputs: Inputs, attrs: object = {}): tf.Tensor {
  return tf.engine().runKernel(name, { ...inputs }, { ...attrs });
}

/** As `runKernel`, for a kernel with several results. */
export function runMultiKernel(name: string, inputs: Inputs, attrs: object = {}): tf.Tensor[] {
  return tf.engine().runKernel(name, { ...inputs }, { ...attrs });
}
