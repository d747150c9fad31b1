import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { distance } from './fixtures.ts';
import { gelu } from './gelu.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

it('gelu is x times the normal distribution function, not the approximation by tanh', () => {
  const xs = [-4, -1, -0.5, 0, 0.5, 1, 2, 5];
  // Φ from a table to ten digits
  const phi = [3.167124183e-5, 0.1586552539, 0.3085375387, 0.5, 0.6914624613, 0.8413447461, 0.9772498681, 0.9999997133];
  expect(distance(gelu(tf.tensor1d(xs)).dataSync(), xs.map((x, i) => x * phi[i]!))).toBeLessThan(1e-6);
});
