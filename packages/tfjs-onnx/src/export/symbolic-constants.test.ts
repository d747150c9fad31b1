import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ArgumentSpec, BACKEND_NAME, createSession, type OnnxModel, toOnnx, toOnnxModel, trace } from '../index.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

type Fn = (...args: tf.Tensor[]) => tf.Tensor;

const input = (...shape: (number | string)[]): ArgumentSpec => ({ shape, dtype: 'float32' });
const written = (fn: Fn, ...specs: ArgumentSpec[]): OnnxModel => toOnnxModel(trace(fn, specs));
const operators = ({ graph }: OnnxModel): string[] => graph.nodes.map(({ op }) => op);

/** The file, at sizes that no trace saw, computes what the function computes. */
function expectSame(fn: Fn, specs: readonly ArgumentSpec[], sizes: readonly Readonly<Record<string, number>>[]): void {
  const session = createSession(toOnnx(trace(fn, specs)));
  for (const at of sizes) {
    const operands = specs.map(({ shape }, k) => tf.cos(tf.add(tf.reshape(tf.range(0, tf.util.sizeFromShape(shape.map((axis) => (typeof axis === 'string' ? at[axis]! : axis)))), shape.map((axis) => (typeof axis === 'string' ? at[axis]! : axis))), k)));
    const output = session.run(Object.fromEntries(operands.map((x, k) => [`input${k}`, { dtype: 'float32', shape: x.shape, data: x.dataSync() as Float32Array }])))['output']!;
    const expected = fn(...operands);
    expect(output.dims).toEqual(expected.shape);
    expect(Array.from(output.data as Float32Array)).toEqual(Array.from(expected.dataSync(), (value) => (Number.isFinite(value) ? expect.closeTo(value, 5) : value)));
  }
  session.release();
}

const batches = [1, 2, 5, 64].map((n) => ({ n }));

describe('sizes that depend on symbolic axes', () => {
  it('leave one size of a reshape open where that says it', () => {
    const fn: Fn = (x) => tf.reshape(x, [x.shape[0] * 3, 2]);
    expect(operators(written(fn, input('n', 6)))).toEqual(['Reshape']);
    expectSame(fn, [input('n', 6)], batches);
  });

  it('are computed from the shapes of the inputs, each shape once', () => {
    const bias = tf.tensor2d([[1, 2, 3]]);
    const fn: Fn = (x) => tf.add(tf.tile(bias, [x.shape[0], 1]), tf.mul(tf.zerosLike(x), x));
    expect(operators(written(fn, input('n', 3)))).toEqual(['Shape', 'Concat', 'Expand', 'Expand', 'Mul', 'Add']);
    expectSame(fn, [input('n', 3)], batches);
  });

  it('may be numbers that are computed with', () => expectSame((x) => tf.div(tf.sum(x), x.shape[0] * 3), [input('n', 3)], batches));
  it('may be several in one operand', () => expectSame((x, y) => tf.add(tf.broadcastTo(tf.scalar(2), [x.shape[0], y.shape[0] + 1]), tf.mean(x)), [input('n', 2), input('t', 2)], [{ n: 1, t: 1 }, { n: 3, t: 8 }]));
  it('may be products', () => expectSame((x) => tf.reshape(tf.tile(tf.reshape(x, [x.shape[0] * x.shape[1]!, 2]), [2, 1]), [2, -1, 2]), [input('n', 't', 2)], [{ n: 1, t: 1 }, { n: 3, t: 4 }]));

  it.each<[string, number]>([['zero', 0], ['a number', -1.5], ['minus zero', -0], ['infinity', Infinity], ['NaN', Number.NaN]])('may be those of a tensor that is %s everywhere', (_, value) => {
    const fn: Fn = (x) => tf.atan(tf.div(1, tf.add(tf.tensor2d(new Float32Array(2 * x.shape[0]).fill(value), [x.shape[0], 2]), tf.mul(tf.slice(x, [0, 0], [-1, 2]), 0))));
    expect(operators(written(fn, input('n', 3)))).toContain('ConstantOfShape');
    expectSame(fn, [input('n', 3)], batches);
  });

  it('may be those of a tensor of evenly spaced whole numbers', () => {
    const fn: Fn = (x) => tf.add(x, tf.reshape(tf.range(5, 5 + 3 * x.shape[0], 3), [-1, 1]));
    expect(operators(written(fn, input('n', 3)))).toEqual(['Shape', 'Concat', 'ReduceProd', 'Mul', 'Add', 'Range', 'Cast', 'Reshape', 'Add']);
    expectSame(fn, [input('n', 3)], batches);
    const picked: Fn = (x) => tf.gatherND(x, tf.stack([tf.range(0, x.shape[0], 1, 'int32'), tf.argMax(x, 1)], 1));
    expectSame(picked, [input('n', 3)], batches);
  });

  it.each<[string, (n: number) => number]>([['a weight in a mean', (n) => 1 / n], ['a part of one', (n) => 0.9 / (3 * n)], ['a multiple', (n) => 0.3 * n], ['the correction of a variance', (n) => (16 * n) / (16 * n - 1)]])('may be %s', (_, at) => {
    expectSame((x) => tf.mul(x, at(x.shape[0])), [input('n', 3)], batches);
    expectSame((x) => tf.mul(x, at(x.shape[0] * x.shape[1]!)), [input('n', 't', 2)], [{ n: 1, t: 1 }, { n: 3, t: 5 }]);
  });

  it('may be those of a result that is a constant', () => expectSame((x) => tf.ones([x.shape[0], 2]), [input('n', 3)], batches));

  it('name the axes of outputs', () => {
    const { outputs } = written((x) => tf.concat([x, x, tf.ones([1, 3])]), input('n', 3)).graph;
    expect(outputs[0]!.dims).toEqual(['2*n + 1', 3]);
    expectSame((x) => tf.concat([x, x, tf.ones([1, 3])]), [input('n', 3)], batches);
  });

  it('are not asked for where an operator takes any size', () => {
    const weights = tf.ones<tf.Rank.R2>([3, 4]);
    expect(operators(written((x) => tf.softmax(tf.matMul(x as tf.Tensor2D, weights)), input('n', 3)))).toEqual(['MatMul', 'Softmax']);
  });
});
