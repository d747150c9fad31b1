import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { detach } from './detach.ts';

describe('detach', () => {
  it('gives the elements as a constant, which no tape knows', () => {
    const x = tf.tensor1d([2, 3]);
    expect(Array.from(detach(x).dataSync())).toEqual([2, 3]);
    expect(() => tf.grad((y) => detach(y))(x)).toThrow('Cannot compute gradient of y=f(x) with respect to x');
  });

  it('leaves its argument alone, and is disposed apart from it', () => {
    const x = tf.tensor1d([1]);
    const before = tf.memory().numTensors;
    tf.tidy(() => { detach(x); });
    expect(tf.memory().numTensors).toBe(before);
    expect(Array.from(x.dataSync())).toEqual([1]);
  });
});
