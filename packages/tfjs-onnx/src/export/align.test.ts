import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ArgumentSpec, BACKEND_NAME, type OnnxModel, toOnnxModel, trace } from '../index.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

type Fn = (...args: tf.Tensor[]) => tf.Tensor;

const input = (...shape: (number | string)[]): ArgumentSpec => ({ shape, dtype: 'float32' });
const written = (fn: Fn, ...specs: ArgumentSpec[]): OnnxModel => toOnnxModel(trace(fn, specs));

describe('what a file cannot say about a symbolic axis names the operation', () => {
  it.each<[string, Fn, string]>([
    ['a factor that is no fraction', (x) => tf.mul(x, Math.sqrt(x.shape[0])), 'toOnnx: Multiply (as ONNX Mul): element 0 of operand 1 is'],
    ['a constant of that many elements', (x) => tf.add(x, tf.tensor2d(Array.from({ length: x.shape[0] }, (_, i) => [i * i]))), 'toOnnx: Add (as ONNX Add): operand 1 is a constant whose shape depends on n: [59, 1] and [103, 1]; its elements are neither all the same nor evenly spaced'],
    ['evenly spaced fractions', (x) => tf.add(x, tf.reshape(tf.linspace(0, 1, x.shape[0]), [-1, 1])), 'toOnnx: Add (as ONNX Add): operand 1 is a constant'],
    ['a constant of whose sizes one is half of it', (x) => tf.concat([x, tf.zeros([Math.ceil(x.shape[0] / 2), 3])]), 'toOnnx: Concat (as ONNX Concat): operand 1 is a constant whose shape depends on n'],
    ['a part for each image', (x) => tf.addN(tf.unstack(x)), 'toOnnx: Unpack (as ONNX Split): at another size of n there is Unpack (as ONNX Split) in its place'],
    ['another operation at another size', (x) => (x.shape[0] === 59 ? tf.neg(x) : tf.abs(x)), 'toOnnx: Neg (as ONNX Neg): at another size of n there is Abs (as ONNX Abs) in its place'],
    ['one operation more', (x) => (x.shape[0] === 59 ? x : tf.neg(tf.neg(x))), 'toOnnx: Identity (as ONNX Identity): at another size of n there is Neg (as ONNX Neg) in its place'],
    ['operations that depend on the size in number', (x) => Array.from({ length: x.shape[0] }).reduce<tf.Tensor>((y) => tf.neg(tf.exp(y)), x), 'toOnnx: Exp (as ONNX Exp): exists at one size of n only'],
    ['an attribute', (x) => tf.avgPool(tf.reshape<tf.Rank.R4>(x, [1, x.shape[0], 3, 1]), [x.shape[0] - 1, 1], 1, 'valid'), 'toOnnx: AvgPool (as ONNX AveragePool): attribute kernel_shape depends on n ([58,1] and [102,1]), and ONNX attributes cannot'],
    ['an operand from elsewhere', (x) => tf.add(tf.neg(x), x.shape[0] === 59 ? tf.neg(x) : x), 'toOnnx: Add (as ONNX Add): operand 1 comes from elsewhere at another size of n'],
  ])('%s', (_, fn, message) => {
    expect(() => written(fn, input('n', 3))).toThrow(message);
  });

  it('the larger of two axes', () => {
    expect(() => written((x, y) => tf.broadcastTo(tf.scalar(1), [Math.max(x.shape[0], y.shape[0])]), input('n', 3), input('t', 3))).toThrow(/toOnnx: Tile \(as ONNX Expand\): element 0 of operand 1 is 61, 103, 101, 103, 79 at 59×61, 103×61, 59×101, 103×101, 73×79 of n, t/);
  });

  it('the size of an output', () => {
    expect(() => written((x) => tf.slice(x, [0, 0], [Math.ceil(x.shape[0] / 2), 3]), input('n', 3))).toThrow(/toOnnx: Slice \(as ONNX Add\): element 0 of operand 1 is 30, 52, 37 at 59, 103, 73 of n/);
  });
});
