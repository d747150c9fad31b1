import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from './stop-gradient.ts';

/** Batch norm in training: the result and the statistics of the batch. */
export interface BatchNormResult {
  /** [batch, height, width, channels] */
  readonly y: tf.Tensor;
  /** [channels]; a constant for derivatives, as running statistics take it. */
  readonly mean: tf.Tensor;
  /** [channels], biased (divided by the number of values); a constant for derivatives. */
  readonly variance: tf.Tensor;
}

/** The fused kernel, where the active back end has it. */
function fused(kind: 'batch' | 'instance', x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor[] | null {
  const backend = tf.getBackend();
  if (!tf.getKernel('NormTrain', backend) || !tf.getKernel('NormTrainGrad', backend)) return null;
  return tf.engine().runKernel<tf.Tensor[]>('NormTrain', { x, gamma, beta }, { kind, epsilon });
}

/** The same in primitives, which are differentiated one by one. */
function composed(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number, axes: number[]): [y: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor] {
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), axes, true);
  return [tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta), mean, variance];
}

function check(caller: string, x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): void {
  if (x.rank !== 4) throw new RangeError(`${caller}: x must have shape [batch, height, width, channels], got [${x.shape.join(', ')}]`);
  for (const [name, vector] of [['gamma', gamma], ['beta', beta]] as const) {
    if (vector.rank !== 1 || vector.shape[0] !== x.shape[3]) throw new RangeError(`${caller}: ${name} must have shape [${x.shape[3]}], got [${vector.shape.join(', ')}]`);
  }
}

/**
 * Batch norm with the statistics of the batch: gamma · (x − mean) / √(variance + epsilon) + beta, mean and variance over batch and positions. One kernel forward and
 * one back where the back end has them, else primitives; right to any order either way.
 *
 * Ioffe, Szegedy: Batch Normalization, 2015, arXiv 1502.03167.
 *
 * @param x [batch, height, width, channels]
 * @param gamma [channels]
 * @param beta [channels]
 * @throws {RangeError} for other shapes
 */
export function batchNormTrain(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): BatchNormResult {
  check('batchNormTrain', x, gamma, beta);
  return tf.tidy(() => {
    const [y, mean, variance] = (fused('batch', x, gamma, beta, epsilon) ?? composed(x, gamma, beta, epsilon, [0, 1, 2])) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const statistic = (t: tf.Tensor): tf.Tensor => stopGradient(tf.reshape(t, [x.shape[3]!]));
    return { y, mean: statistic(mean), variance: statistic(variance) } as BatchNormResult & tf.TensorContainerObject;
  });
}

/**
 * Instance norm: as batch norm, with mean and variance over the positions of each image and channel.
 *
 * Ulyanov, Vedaldi, Lempitsky: Instance Normalization, 2016, arXiv 1607.08022.
 *
 * @param x [batch, height, width, channels]
 * @param gamma [channels]
 * @param beta [channels]
 * @throws {RangeError} for other shapes
 */
export function instanceNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  check('instanceNorm', x, gamma, beta);
  return tf.tidy(() => (fused('instance', x, gamma, beta, epsilon) ?? composed(x, gamma, beta, epsilon, [1, 2]))[0]!);
}
