import { expectNoLeaks } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { grad, stopGradient } from './index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe.each(backEnds)('stopGradient on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('is the identity, whose derivative is zero', () => {
    const x = tf.tensor([2, 3]);
    expect(values(stopGradient(x))).toEqual([2, 3]);
    expect(values(grad((y: tf.Tensor) => tf.sum(tf.mul(stopGradient(y), y)))(x))).toEqual([2, 3]);
    expect(values(grad((y: tf.Tensor) => tf.sum(stopGradient(y)))(x))).toEqual([0, 0]);
  });

  it('stops derivatives of every order', () => {
    const f = (y: tf.Tensor): tf.Tensor => tf.sum(tf.mul(stopGradient(tf.square(y)), tf.square(y)));
    const x = tf.scalar(3);
    expect(values(grad(f)(x))).toEqual([54]);
    expect(values(grad(grad(f))(x))).toEqual([18]);
    expect(values(grad((y: tf.Tensor) => stopGradient(grad((z: tf.Tensor) => tf.square(z))(y)))(x))).toEqual([0]);
  });

  it('stops infinite and missing derivatives', () => {
    expect(values(grad((y: tf.Tensor) => tf.add(tf.sum(y), tf.sum(stopGradient(tf.sqrt(y)))))(tf.tensor([0])))).toEqual([1]);
    expect(values(grad((y: tf.Tensor) => tf.sum(tf.mul(y, stopGradient(tf.unique(y).values))))(tf.tensor([1, 4])))).toEqual([1, 4]);
  });

  it('takes trees, of any type', () => {
    const tree = { a: [tf.scalar(1), tf.scalar(2, 'int32')], b: 'text' };
    const stopped = stopGradient(tree);
    expect(stopped.a.map((x) => [x.dtype, ...values(x)])).toEqual([['float32', 1], ['int32', 2]]);
    expect(stopped.b).toBe('text');
  });

  it('gives a tensor of its own that shares the elements, and leaks nothing', async () => {
    const x = tf.reshape(tf.tensor([1, 2, 3, 4]), [2, 2]);
    const { numDataBuffers } = tf.memory();
    const stopped = stopGradient(x);
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    x.dispose();
    expect([stopped.shape, values(stopped)]).toEqual([[2, 2], [1, 2, 3, 4]]);
    await expectNoLeaks(() => stopGradient(stopped));
  });
});
