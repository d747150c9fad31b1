import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { attachGradient } from './attach-gradient.ts';

describe('attachGradient', () => {
  const x = tf.tensor1d([1, 2, -3]);
  /** x³, times a constant, of a value that came from elsewhere. */
  const cube = (at: tf.Tensor, factor: tf.Tensor): tf.Tensor => attachGradient(at, tf.tensor1d([1, 8, -27]), (dy, z, [f]) => tf.mul(tf.mul(dy, f!), tf.mul(3, tf.square(z))), [factor]);

  it('has the value as it was given, and the gradient of the pullback', () => {
    const factor = tf.scalar(2);
    expect(Array.from(cube(x, factor).dataSync())).toEqual([1, 8, -27]);
    expect(Array.from(tf.grad((at) => cube(at, factor))(x).dataSync())).toEqual([6, 24, 54]);
  });

  it('lets no gradient through the value', () => {
    const doubled = tf.grad((at) => attachGradient(at, tf.mul(at, 100), (dy) => tf.mul(dy, 2)));
    expect(Array.from(doubled(x).dataSync())).toEqual([2, 2, 2]);
  });
});
