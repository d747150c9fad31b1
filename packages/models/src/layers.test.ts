import { stateDict } from '@mixwell/tensor';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance } from './fixtures.ts';
import type { Context } from './layer.ts';
import { activation, conv2d, linear, pool2x2 } from './layers.ts';
import { defaultNorm } from './norm.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const contextOf = (params: Readonly<Record<string, tf.Tensor>>): Context => ({
  mode: 'eval', updateBuffers: false, norm: defaultNorm, parameter: (name) => params[name]!, buffersOf: () => stateDict<tf.Tensor>([]), tap: () => {}, setBuffers: () => {},
});
const ramp = (...shape: number[]): tf.Tensor => tf.reshape(tf.sin(tf.range(0, shape.reduce((a, b) => a * b, 1))), shape);

describe('conv2d', () => {
  it.each([[1, 0], [1, 3], [2, 1]])('is the sum over window and channels, stride %i, padding %i', (stride, padding) => {
    const [x, weight, bias] = [ramp(2, 6, 5, 3), ramp(3, 3, 3, 4), ramp(4)];
    const y = conv2d('c', { inputs: 3, outputs: 4, kernel: 3, stride, padding }).apply(x, contextOf({ 'c.weight': weight, 'c.bias': bias }));
    const [xs, ws, bs] = [x, weight, bias].map((t) => t.dataSync());
    const [rows, columns] = [6, 5].map((size) => Math.floor((size + 2 * padding - 3) / stride) + 1) as [number, number];
    const expected: number[] = [];
    for (let n = 0; n < 2; n++) for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) for (let o = 0; o < 4; o++) {
      let sum = bs![o]!;
      for (let di = 0; di < 3; di++) for (let dj = 0; dj < 3; dj++) for (let c = 0; c < 3; c++) {
        const [r, s] = [i * stride + di - padding, j * stride + dj - padding];
        if (r >= 0 && r < 6 && s >= 0 && s < 5) sum += xs![((n * 6 + r) * 5 + s) * 3 + c]! * ws![((di * 3 + dj) * 3 + c) * 4 + o]!;
      }
      expected.push(sum);
    }
    expect(y.shape).toEqual([2, rows, columns, 4]);
    expect(distance(y.dataSync(), expected)).toBeLessThan(1e-5);
  });
});

describe('linear', () => {
  it('multiplies rows, and flattens maps in the order height, width, channel', () => {
    const [x, weight, bias] = [ramp(2, 2, 3, 2), ramp(12, 3), ramp(3)];
    const y = linear('l', { inputs: 12, outputs: 3, map: [2, 3, 2] }).apply(x, contextOf({ 'l.weight': weight, 'l.bias': bias }));
    const [xs, ws, bs] = [x, weight, bias].map((t) => t.dataSync());
    const expected = Array.from({ length: 6 }, (_, at) => Array.from({ length: 12 }, (__, i) => xs![Math.floor(at / 3) * 12 + i]! * ws![i * 3 + (at % 3)]!).reduce((a, b) => a + b, bs![at % 3]!));
    expect(distance(y.dataSync(), expected)).toBeLessThan(1e-5);
  });
});

describe('pool2x2', () => {
  it('leaves out an odd last row and column', () => {
    const x = tf.tensor4d([1, 2, 9, 3, 6, 9, 9, 9, 9], [1, 3, 3, 1]);
    expect(Array.from(pool2x2('avg').apply(x, contextOf({})).dataSync())).toEqual([3]);
    expect(Array.from(pool2x2('max').apply(x, contextOf({})).dataSync())).toEqual([6]);
  });
});

describe('activation', () => {
  it.each([
    ['relu', (v: number) => Math.max(0, v)],
    ['leakyRelu', (v: number) => (v > 0 ? v : 0.01 * v)],
    ['sigmoid', (v: number) => 1 / (1 + Math.exp(-v))],
    ['tanh', Math.tanh],
  ] as const)('%s is PyTorch\'s', (kind, f) => {
    const xs = [-3, -0.5, 0, 0.25, 2];
    expect(distance(activation(kind).apply(tf.tensor1d(xs), contextOf({})).dataSync(), xs.map((v) => f(v)))).toBeLessThan(1e-6);
  });
});
