import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME } from '../index.ts';
import { f, fillOperand } from './parity-operands.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

const noise = (shape: readonly number[], seed: number): tf.Tensor => fillOperand(f(shape), seed);
const run = (kernel: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor => tf.engine().runKernel(kernel, inputs, attrs as never);
const dot = (a: tf.Tensor, b: tf.Tensor): number => tf.sum(tf.mul(a, b)).dataSync()[0]!;

/** ⟨A x, y⟩ = ⟨x, Aᵀ y⟩. TensorFlow.js's CPU back end, which the parity tests are about, has these gradients wrong or not at all. */
function expectAdjoint(x: tf.Tensor, forward: (x: tf.Tensor) => tf.Tensor, gradient: (dy: tf.Tensor) => tf.Tensor): void {
  const y = forward(x);
  const dy = noise(y.shape, 7);
  const dx = gradient(dy);
  expect(dx.shape).toEqual(x.shape);
  expect(dot(y, dy)).toBeCloseTo(dot(x, dx), 3);
}

const rules = [{ alignCorners: false, halfPixelCenters: false }, { alignCorners: true, halfPixelCenters: false }, { alignCorners: false, halfPixelCenters: true }];

describe.each(['ResizeBilinear', 'ResizeNearestNeighbor'])('%sGrad', (kernel) => {
  describe.each([[[3, 7]], [[9, 5]], [[1, 4]], [[4, 4]]])('from %j', (size) => {
    it.each(rules)('is the transpose of the resize by $alignCorners, $halfPixelCenters, for several images of any size', (rule) => {
      const x = noise([3, 4, 6, 2], 1);
      expectAdjoint(x, (images) => run(kernel, { images }, { size, ...rule }), (dy) => run(`${kernel}Grad`, { images: x, dy }, { size, ...rule }));
    });
  });
});

describe.each([[1, 2], [2, 2], [[2, 1], 1]] as const)('depthwise convolution with dilations %j and stride %j', (dilations, strides) => {
  const isDilated = dilations !== 1;
  const attrs = { strides: isDilated ? 1 : strides, pad: 'same', dataFormat: 'NHWC', dilations };

  it('has the transposes as its gradients', () => {
    const x = noise([2, 7, 6, 3], 2);
    const filter = noise([3, 2, 3, 2], 3);
    const forward = (image: tf.Tensor, weights: tf.Tensor): tf.Tensor => run('DepthwiseConv2dNative', { x: image, filter: weights }, attrs);
    expectAdjoint(x, (image) => forward(image, filter), (dy) => run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }));
    expectAdjoint(filter, (weights) => forward(x, weights), (dy) => run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }));
  });
});

it('the gradient of 3-D maxima goes to the places of the maxima, also for windows that are no cubes', () => {
  const x = noise([2, 3, 5, 6, 2], 4);
  const attrs = { filterSize: [1, 3, 2], strides: [1, 2, 2], pad: 'valid', dataFormat: 'NDHWC' };
  const y = run('MaxPool3D', { x }, attrs);
  const dy = noise(y.shape, 5);
  const dx = run('MaxPool3DGrad', { dy, input: x, output: y }, attrs);
  expect(dot(dx, x)).toBeCloseTo(dot(dy, y), 3);
});

it('the gradient of an average pool knows how its size was rounded', () => {
  const attrs = { filterSize: 3, strides: 2, pad: 0, dimRoundingMode: 'ceil' };
  const x = noise([1, 6, 6, 2], 6);
  const dx = run('AvgPoolGrad', { dy: tf.ones([1, 3, 3, 2]), input: x }, attrs);
  expect(Array.from(tf.unstack(dx, 3)[0]!.dataSync().slice(-1))[0]).toBeCloseTo(1 / 9, 6);
});
