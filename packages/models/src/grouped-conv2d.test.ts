import { valueAndGrad } from '@mixwell/autodiff';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance } from './fixtures.ts';
import { groupedConv2d } from './grouped-conv2d.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const [N, H, W] = [2, 5, 4] as const;
const ramp = (...shape: [number, number, number, number]): tf.Tensor4D => tf.reshape(tf.sin(tf.range(0, shape.reduce((a, b) => a * b, 1))), shape);

/** The definition, and with dy the gradients of Σ y·dy, for 3×3 kernels with a border of 1. */
function naive(x: ArrayLike<number>, kernel: ArrayLike<number>, dy: ArrayLike<number>, { inputs, outputs, groups, stride }: Case): { y: number[]; dx: number[]; dKernel: number[] } {
  const [rows, columns] = [H, W].map((size) => Math.floor((size - 1) / stride) + 1) as [number, number];
  const seen = inputs / groups;
  const y = Array.from({ length: N * rows * columns * outputs }, () => 0);
  const [dx, dKernel] = [Array.from(x, () => 0), Array.from(kernel, () => 0)];
  for (let n = 0; n < N; n++) for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) for (let o = 0; o < outputs; o++) {
    const group = Math.floor(o / (outputs / groups));
    const at = ((n * rows + i) * columns + j) * outputs + o;
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) for (let c = 0; c < seen; c++) {
      const [r, s] = [i * stride + a - 1, j * stride + b - 1];
      if (r < 0 || r >= H || s < 0 || s >= W) continue;
      const [from, weight] = [((n * H + r) * W + s) * inputs + group * seen + c, ((a * 3 + b) * seen + c) * outputs + o];
      y[at]! += x[from]! * kernel[weight]!;
      dx[from]! += dy[at]! * kernel[weight]!;
      dKernel[weight]! += dy[at]! * x[from]!;
    }
  }
  return { y, dx, dKernel };
}

interface Case {
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly stride: number;
}

describe('groupedConv2d', () => {
  it.each<Case & { how: string }>([
    { inputs: 8, outputs: 8, groups: 4, stride: 1, how: 'all groups in one convolution' },
    { inputs: 64, outputs: 64, groups: 16, stride: 2, how: 'eight groups to a convolution' },
    { inputs: 64, outputs: 32, groups: 2, stride: 1, how: 'a convolution per group' },
    { inputs: 12, outputs: 6, groups: 3, stride: 2, how: 'an odd number of narrow groups' },
  ])('is one convolution per group, with its gradients: $how', (options) => {
    const { inputs, outputs, groups, stride } = options;
    const [x, kernel] = [ramp(N, H, W, inputs), ramp(3, 3, inputs / groups, outputs)];
    const convolve = (maps: tf.Tensor4D, weights: tf.Tensor4D): tf.Tensor4D => groupedConv2d(maps, weights, groups, stride, 1);
    const dy = tf.cos(tf.mul(ramp(...convolve(x, kernel).shape), 3));
    const expected = naive(x.dataSync(), kernel.dataSync(), dy.dataSync(), options);
    expect(distance(convolve(x, kernel).dataSync(), expected.y)).toBeLessThan(1e-5);
    const { grads: [dx, dKernel] } = valueAndGrad((maps: tf.Tensor4D, weights: tf.Tensor4D) => tf.sum(tf.mul(convolve(maps, weights), dy)), { wrt: [0, 1] })(x, kernel);
    expect(distance(dx.dataSync(), expected.dx)).toBeLessThan(1e-5);
    expect(distance(dKernel.dataSync(), expected.dKernel)).toBeLessThan(1e-5);
  });
});
