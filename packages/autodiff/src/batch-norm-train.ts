import * as tf from '@tensorflow/tfjs-core';
import { checkNorm } from './check-norm.ts';
import { normTrain } from './norm-train.ts';

export interface BatchNorm {
  /** [batch, height, width, channels] */
  readonly y: tf.Tensor4D;
  /** [channels] */
  readonly mean: tf.Tensor1D;
  /** [channels], biased: the sum of squares divided by the number of elements. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation with the statistics of the batch at hand: y = γ·(x − mean)/√(variance + ε) + β per channel, over batch and positions
 * (Ioffe, Szegedy 2015, arXiv 1502.03167). One fused kernel where the back end has it. All three results have gradients, of any order.
 *
 * @param x [batch, height, width, channels]
 * @param gamma [channels]
 * @param beta [channels]
 * @throws {RangeError} for other shapes
 */
export function batchNormTrain(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): BatchNorm {
  checkNorm('batchNormTrain', x, gamma, beta);
  return tf.tidy(() => {
    const { y, statistics } = normTrain('batch', x, gamma, beta, epsilon);
    return { y, ...statistics() };
  }) as BatchNorm;
}
