import { attachGradient } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { type NormKind, statisticAxes } from './gradients/norm.ts';
import { runMultiKernel } from './gradients/run-kernel.ts';

interface Statistics {
  /** [c], or per image [n, 1, 1, c]. */
  readonly mean: tf.Tensor;
  /** Biased; shaped as the mean. */
  readonly variance: tf.Tensor;
}

interface Norm {
  readonly y: tf.Tensor;
  readonly statistics: () => Statistics;
}

/** Normalises images with their own statistics: by the fused kernel of the active back end, or by primitives. */
export function normTrain(kind: NormKind, x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): Norm {
  return tf.getKernel('NormTrain', tf.getBackend()) ? fused(kind, x, gamma, beta, epsilon) : decomposed(kind, x, gamma, beta, epsilon);
}

function decomposed(kind: NormKind, x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): Norm {
  const mean = tf.mean(x, statisticAxes[kind], true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), statisticAxes[kind], true);
  const y = tf.add(tf.mul(centred, tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma)), beta);
  const shaped = (statistic: tf.Tensor): tf.Tensor => (kind === 'batch' ? tf.reshape(statistic, gamma.shape) : statistic);
  return { y, statistics: () => ({ mean: shaped(mean), variance: shaped(variance) }) };
}

function fused(kind: NormKind, x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): Norm {
  const [y, mean, variance] = runMultiKernel('NormTrain', { x, gamma, beta }, { kind, epsilon }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const perElement = (dy: tf.Tensor, of: tf.Tensor): tf.Tensor => tf.mul(tf.reshape(dy, kind === 'batch' ? [1, 1, 1, -1] : dy.shape), dy.size / of.size);
  return {
    y,
    statistics: () => ({
      mean: attachGradient(x, mean, (dy, of) => tf.broadcastTo(perElement(dy, of), of.shape)),
      variance: attachGradient(x, variance, (dy, of) => tf.mul(tf.mul(perElement(dy, of), 2), tf.sub(of, tf.mean(of, statisticAxes[kind], true)))),
    }),
  };
}
