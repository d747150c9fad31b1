import type * as tf from '@tensorflow/tfjs-core';

/** `padding` zeros on each of the four sides of NHWC maps, as every back end of TensorFlow.js takes it: tfjs-node takes no single number. */
export function border(padding: number): 'valid' | tf.backend_util.ExplicitPadding {
  return padding === 0 ? 'valid' : [[0, 0], [padding, padding], [padding, padding], [0, 0]];
}
