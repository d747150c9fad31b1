import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { named } from './named.ts';

describe('named', () => {
  it('is the tensor itself', () => {
    const x = tf.zeros([2, 3]);
    expect(named(x, 'batch', 'class')).toBe(x);
    expect(named(tf.scalar(1)).shape).toEqual([]);
  });

  it('refuses a tensor with another number of axes', () => {
    expect(() => named(tf.zeros([2, 3]), 'batch')).toThrow(new RangeError('named: x must have the axes batch, got shape [2, 3]'));
    expect(() => named(tf.zeros([2]))).toThrow(new RangeError('named: x must have the axes (none), got shape [2]'));
  });
});
