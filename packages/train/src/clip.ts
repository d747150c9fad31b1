import * as tf from '@tensorflow/tfjs-core';
import { stateDict, type StateDict } from '@mixwell/tensor';
import { checkPositive } from './check.ts';

/** Keeps PyTorch's quotient finite where every gradient is 0. */
const EPSILON = 1e-6;

const change = (grads: StateDict<tf.Tensor>, fn: (grad: tf.Tensor) => tf.Tensor): StateDict<tf.Tensor> =>
  stateDict(Object.entries(grads).map(([name, grad]) => [name, fn(grad)]));

/** √(Σ g²) over all elements of all gradients; scalar. */
export function globalNorm(grads: StateDict<tf.Tensor>): tf.Tensor {
  return tf.tidy(() => tf.sqrt(Object.values(grads).map((grad) => tf.sum(tf.square(grad))).reduce((sum, part) => tf.add(sum, part), tf.scalar(0))));
}

/**
 * Gradients scaled together so that their global norm is at most `limit`: g · min(1, limit / (norm + 1e-6)). PyTorch's `clip_grad_norm_`
 * (Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063).
 *
 * @param limit > 0
 * @returns the gradients, and their norm before; both belong to the caller
 */
export function clipByGlobalNorm(grads: StateDict<tf.Tensor>, limit: number): { grads: StateDict<tf.Tensor>; norm: tf.Tensor } {
  checkPositive('clipByGlobalNorm', 'limit', limit);
  return tf.tidy(() => {
    const norm = globalNorm(grads);
    const scale = tf.minimum(1, tf.div(limit, tf.add(norm, EPSILON)));
    return { grads: change(grads, (grad) => tf.mul(grad, scale)), norm };
  });
}

/**
 * Gradients with every element cut off at ±limit. PyTorch's `clip_grad_value_`.
 *
 * @param limit > 0
 */
export function clipByValue(grads: StateDict<tf.Tensor>, limit: number): StateDict<tf.Tensor> {
  checkPositive('clipByValue', 'limit', limit);
  return tf.tidy(() => change(grads, (grad) => tf.clipByValue(grad, -limit, limit)));
}
