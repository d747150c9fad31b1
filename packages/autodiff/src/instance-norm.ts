import * as tf from '@tensorflow/tfjs-core';
import { checkNorm } from './check-norm.ts';
import { normTrain } from './norm-train.ts';

/**
 * Instance normalisation: every channel of every image by its own mean and variance (Ulyanov et al. 2016, arXiv 1607.08022). One fused kernel where the back end
 * has it. Has gradients of any order.
 *
 * @param x [batch, height, width, channels]
 * @param gamma [channels]
 * @param beta [channels]
 * @returns [batch, height, width, channels]
 * @throws {RangeError} for other shapes
 */
export function instanceNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): tf.Tensor4D {
  checkNorm('instanceNorm', x, gamma, beta);
  return tf.tidy(() => normTrain('instance', x, gamma, beta, epsilon).y) as tf.Tensor4D;
}
