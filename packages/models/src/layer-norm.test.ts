import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { distance } from './fixtures.ts';
import { layerNorm } from './layer-norm.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

it('layerNorm normalises the last axis by its mean and biased variance', () => {
  const [x, gamma, beta] = [[3, 1, 2, 10, 10, 13], [1, 2, 0.5], [0, 0, -1]] as const;
  const expected = [0, 3].flatMap((row) => {
    const values = x.slice(row, row + 3);
    const mean = values.reduce<number>((a, b) => a + b, 0) / 3;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 3;
    return values.map((v, i) => ((v - mean) / Math.sqrt(variance + 0.01)) * gamma[i]! + beta[i]!);
  });
  const y = layerNorm(tf.tensor3d([...x], [1, 2, 3]), tf.tensor1d([...gamma]), tf.tensor1d([...beta]), 0.01);
  expect(y.shape).toEqual([1, 2, 3]);
  expect(distance(y.dataSync(), expected)).toBeLessThan(1e-6);
});
