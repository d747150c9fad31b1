import * as tf from '@tensorflow/tfjs-core';

/** Kernels for gradients that give wrong numbers, without a word, by back end. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  // maxima below zero are lost, and of equals the last counts; volumes are wrong throughout
  wasm: ['MaxPoolGrad', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
};

/** Whether the active back end computes this kernel, and rightly. Where not, gradients are made of other kernels. */
export function hasKernel(name: string): boolean {
  const backEnd = tf.getBackend();
  return tf.getKernel(name, backEnd) !== undefined && !wrong[backEnd]?.includes(name);
}

/** Whether the active back end takes padding by numbers in the gradients of convolutions. */
export function takesPadding(): boolean {
  return tf.getBackend() !== 'tensorflow';
}
