import { registerGradients } from '@mixwell/autodiff';
import { createRng } from '@mixwell/tensor';
import { randomNormal } from '@mixwell/tensor/tf';
import { bundleForOracle, expectNoLeaks, finiteDifferences } from '@mixwell/testing';
import { plainAnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import type * as mixing from '../tf.ts';
import { gradientMap, gradientSaliency } from '../tf.ts';

registerGradients();

describe.each(plainAnd(BACKEND_NAME))('gradientSaliency on %s', (backend) => {
  beforeAll(async () => { await tf.setBackend(backend); });

  it('is the root of the mean over channels of the squared gradient', () => {
    const [x, a] = [randomNormal(createRng(1), [2, 3, 4, 3]), randomNormal(createRng(2), [2, 3, 4, 3])] as [tf.Tensor4D, tf.Tensor4D];
    const map = gradientSaliency((images, scale: tf.Tensor) => tf.sum(tf.mul(scale, tf.square(images))))(x, a);
    expect(map.shape).toEqual([2, 3, 4]);
    const gradient = tf.mul(tf.mul(x, a), 2).dataSync();
    map.dataSync().forEach((value, i) => {
      const [r, g, b] = gradient.subarray(3 * i, 3 * i + 3) as Float32Array;
      expect(value).toBeCloseTo(Math.sqrt((r! ** 2 + g! ** 2 + b! ** 2) / 3), 5);
    });
  });

  it('leaves no tensor behind', async () => {
    const x = randomNormal(createRng(1), [2, 3, 4, 1]) as tf.Tensor4D;
    await expectNoLeaks(() => [gradientSaliency((images) => tf.mean(tf.square(images)))(x)]);
    x.dispose();
  });

  it('refuses gradients of other ranks', () => {
    expect(() => gradientMap(tf.zeros([2, 3, 4]))).toThrow(new RangeError('gradientMap: gradient must have shape [rows, height, width, channels], got [2, 3, 4]'));
  });
});

it('agrees with finite differences of a convolution in float64', async () => {
  const oracle = await bundleForOracle<typeof mixing & { readonly tf: typeof tf }>('@mixwell/autodiff', new URL('../tf.ts', import.meta.url));
  const shape: [number, number, number, number] = [2, 4, 3, 2];
  const [x, filter] = [drawnImages(3, shape).data, drawnImages(4, [3, 3, 2, 3]).data].map((data) => Array.from(data)) as [number[], number[]];
  const loss = (images: tf.Tensor4D): tf.Tensor => oracle.tf.sum(oracle.tf.tanh(oracle.tf.conv2d(images, oracle.tf.tensor4d(filter, [3, 3, 2, 3]), 1, 'same')));
  const [gradient] = finiteDifferences((at) => loss(oracle.tf.tensor4d(Array.from(at!), shape)).dataSync()[0]!, [x]);
  oracle.gradientSaliency(loss)(oracle.tf.tensor4d(x, shape)).dataSync().forEach((value, i) => {
    expect(Math.abs(value - Math.hypot(gradient![2 * i]!, gradient![2 * i + 1]!) / Math.SQRT2)).toBeLessThan(1e-7);
  });
});
