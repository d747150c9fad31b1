import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from './expect-no-leaks.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

describe('expectNoLeaks', () => {
  it('is content with tidy functions, and disposes what they return', async () => {
    const x = tf.tensor([1, 2]);
    await expectNoLeaks(() => { tf.dispose(tf.square(x)); });
    await expectNoLeaks(() => ({ y: tf.square(x), list: [tf.neg(x)], count: 2 }));
    await expectNoLeaks(async () => tf.tidy(() => tf.add(tf.square(x), 1)), { times: 10 });
    x.dispose();
  });

  it('counts what is left behind', async () => {
    await expect(expectNoLeaks(() => { tf.zeros([2]); }, { times: 4 })).rejects.toThrow(`expectNoLeaks: 4 calls left 4 tensors, 4 data buffers, 4 data ids of the back end '${plainBackEnd}'`);
  });

  it('sees clones, which hold no data of their own', async () => {
    const x = tf.tensor([1]);
    await expect(expectNoLeaks(() => { tf.clone(x); })).rejects.toThrow('3 calls left 3 tensors, 0 data buffers, 0 data ids');
  });

  it('sees a function that disposes what it was given', async () => {
    const given = Array.from({ length: 4 }, () => tf.tensor([1]));
    await expect(expectNoLeaks(() => { given.pop()!.dispose(); })).rejects.toThrow('3 calls left -3 tensors');
  });

  it('does not count what the first call makes and keeps', async () => {
    let kept: tf.Tensor | undefined;
    await expectNoLeaks(() => { kept ??= tf.zeros([1]); });
    await expect(expectNoLeaks(() => { tf.zeros([1]); }, { warmUp: 0, times: 1 })).rejects.toThrow('1 calls left 1 tensors');
  });
});
