import { hostTensor, stateDict } from '@mixwell/tensor';
import { expectNoLeaks } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePredict } from './predict.ts';

beforeAll(() => tf.setBackend(plainBackEnd));

const batch = (values: number[][], labels: number[]) => ({
  images: hostTensor('float32', [values.length, 3], Float32Array.from(values.flat())), labels: hostTensor('int32', [labels.length], Int32Array.from(labels)),
});

describe('makePredict', () => {
  const vars = () => ({ params: stateDict([['w', tf.scalar(2)]]), buffers: stateDict<tf.Tensor>([]) });
  const predict = makePredict(({ params }, images) => tf.mul(images, params['w']!));

  it('gathers logits and labels of batches of any size, and counts what is right', async () => {
    const result = await predict(vars(), [batch([[1, 0, 0], [0, 5, 5]], [0, 1]), batch([[0, 7, 9]], [1])]);
    expect(result.logits).toEqual(hostTensor('float32', [3, 3], Float32Array.of(2, 0, 0, 0, 10, 10, 0, 14, 18)));
    expect(result.labels).toEqual(hostTensor('int32', [3], Int32Array.of(0, 1, 1)));
    expect(result.accuracy).toBe(2 / 3);
  });

  it('takes asynchronous batches, and leaves nothing behind', async () => {
    const held = vars();
    async function* generate() { yield batch([[1, 2, 3]], [2]); }
    await expectNoLeaks(async () => { expect((await predict(held, generate())).accuracy).toBe(1); });
  });

  it('refuses no rows, and logits of another shape', async () => {
    await expect(predict(vars(), [])).rejects.toThrow('makePredict: batches must hold at least one row, got none');
    const summed = makePredict((_, images) => tf.sum(images, 0));
    await expect(summed(vars(), [batch([[1, 2, 3]], [2])])).rejects.toThrow('makePredict: forward must give [1, classes], got [3]');
  });
});
