import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backEnds } from '../fixtures/back-ends.ts';
import { grad, valueAndGrad } from '../index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const sumOf = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor): tf.Tensor => tf.sum(f(x));
const first = (f: (x: tf.Tensor) => tf.Tensor, ...x: number[]): number[] => values(grad(sumOf(f))(tf.tensor(x)));
const second = (f: (x: tf.Tensor) => tf.Tensor, ...x: number[]): number[] => values(grad(sumOf(grad(sumOf(f))))(tf.tensor(x)));

describe.each(backEnds)('gradients at the edges on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('take scalars', () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mean(tf.max(tf.add(tf.mul(tf.reshape(x, []), 3), tf.neg(tf.square(x))))));
    expect(values(grad(f)(tf.scalar(1)))).toEqual([1]);
    expect(values(grad(grad(f))(tf.scalar(1)))).toEqual([-2]);
  });

  it('take empty tensors, alone and broadcast', () => {
    const { value, grads: [empty, row] } = valueAndGrad((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(tf.relu(a), b)), { wrt: [0, 1] })(tf.zeros([0, 3]), tf.tensor([1, 2, 3]));
    expect([values(value), empty.shape, values(row)]).toEqual([[0], [0, 3], [0, 0, 0]]);
    expect([grad((x: tf.Tensor) => tf.sum(x))(tf.zeros([0])), grad((x: tf.Tensor) => tf.sum(tf.mean(x, 1)))(tf.zeros([0, 2]))].map(({ shape }) => shape)).toEqual([[0], [0, 2]]);
    expect(grad((x: tf.Tensor) => tf.sum(tf.concat([x, tf.slice(x, [0, 0], [0, 3]), tf.pad(x, [[0, 0], [0, 0]])])))(tf.zeros([0, 3])).shape).toEqual([0, 3]);
  });

  it('sum over what was broadcast, also when both operands were', () => {
    const [column, row] = grad((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)), { wrt: [0, 1] })(tf.tensor2d([1, 2], [2, 1]), tf.tensor([3, 4, 5]));
    expect([column.shape, values(column), row.shape, values(row)]).toEqual([[2, 1], [12, 12], [3], [3, 3, 3]]);
  });

  it('are one-sided at kinks', () => {
    expect(first(tf.relu, 0)).toEqual([0]);
    expect(first(tf.abs, 0)).toEqual([0]);
    expect(first((x) => tf.clipByValue(x, -1, 1), -1, 1)).toEqual([1, 1]);
    expect(first((x) => tf.maximum(x, 0), 0)).toEqual([1]);
  });

  it('are shared among equal extremes', () => {
    expect(first((x) => tf.max(x), 1, 3, 3)).toEqual([0, 0.5, 0.5]);
    expect(first((x) => tf.min(x), 1, 1, 3)).toEqual([0.5, 0.5, 0]);
    expect(second((x) => tf.square(tf.max(x)), 1, 3, 3)).toEqual([0, 1, 1]);
  });

  it('of powers are finite at 0', () => {
    expect([first((x) => tf.pow(x, 2), 0), second((x) => tf.pow(x, 2), 0)]).toEqual([[0], [2]]);
    expect([first((x) => tf.pow(x, 1), 0), second((x) => tf.pow(x, 1), 0)]).toEqual([[1], [0]]);
    expect([first((x) => tf.pow(x, 0), 0), second((x) => tf.pow(x, 0), 0)]).toEqual([[0], [0]]);
    expect(first((b) => tf.pow(tf.tensor([0, -2]), b), 2, 2)).toEqual([0, 0]);
  });

  it('of products are right where factors are 0', () => {
    expect(first((x) => tf.prod(x), 0, 2, 3)).toEqual([6, 0, 0]);
    expect(first((x) => tf.prod(x), 0, 0, 3)).toEqual([0, 0, 0]);
    expect(second((x) => tf.prod(x), 0, 0, 3)).toEqual([3, 3, 0]);
  });

  it('of running products are right where factors are 0', () => {
    expect(first((x) => tf.cumprod(x), 2, 0, 3, 4)).toEqual([1, 2 * (1 + 3 + 12), 0, 0]);
    expect(first((x) => tf.cumprod(x), 0, 0, 3)).toEqual([1, 0, 0]);
    expect(second((x) => tf.cumprod(x), 0, 0, 3)).toEqual([1 + 3, 1 + 3, 0]);
    expect(first((x) => tf.cumprod(x, 0, true, true), 5, 0, 3)).toEqual([0, 3, 0 + 1]);
  });

  it('of pooled equals go to the first, in volumes as in images', () => {
    const pooled = (pool: (x: tf.Tensor) => tf.Tensor, ...x: number[]): number[] => first(pool, ...x);
    expect(pooled((x) => tf.maxPool(tf.reshape<tf.Rank.R4>(x, [1, 2, 2, 1]), 2, 1, 'valid'), 3, 3, 0, 3)).toEqual([1, 0, 0, 0]);
    expect(pooled((x) => tf.maxPool3d(tf.reshape<tf.Rank.R5>(x, [1, 1, 2, 2, 1]), [1, 2, 2], 1, 'valid'), 3, 3, 0, 3)).toEqual([1, 0, 0, 0]);
    expect(pooled((x) => tf.maxPool3d(tf.reshape<tf.Rank.R5>(x, [1, 1, 1, 3, 1]), [1, 1, 2], 1, 'same'), -1, -2, -3)).toEqual([1, 1, 1]);
  });

  it('of the largest elements go to where they are', () => {
    expect(first((x) => tf.mul(tf.topk(x, 2).values, [10, 1]), 3, 1, 4, 2)).toEqual([1, 0, 10, 0]);
    expect(first((x) => tf.mul(x, tf.cast(tf.slice(tf.topk(x, 2).indices, 0, 1), 'float32')), 3, 1, 4, 2)).toEqual([2, 2, 2, 2]);
    expect(first((x) => tf.topk(x, 0).values, 3, 1)).toEqual([0, 0]);
  });

  it('of a choice are zero on the other side, whatever comes back there', () => {
    const [a, b] = grad((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.log(tf.where(tf.tensor1d([1, 0], 'bool'), x, y))), { wrt: [0, 1] })(tf.tensor([0, 2]), tf.tensor([2, 4]));
    expect([values(a), values(b)]).toEqual([[Infinity, 0], [0, 0.25]]);
  });

  it('pass over integers on the way', () => {
    expect(first((x) => tf.mul(tf.cast(tf.cast(x, 'int32'), 'float32'), x), 2.5)).toEqual([2]);
    expect(first((x) => tf.gather(x, tf.argMax(x)), 1, 5, 3)).toEqual([0, 1, 0]);
  });

  it('come from the results of a list that are used', () => {
    expect(first((x) => tf.square(tf.unstack(x)[1]!), 1, 5, 3)).toEqual([0, 10, 0]);
    expect(first((x) => tf.split(x, [1, 2])[1]!, 1, 5, 3)).toEqual([0, 1, 1]);
    expect(first((x) => tf.split(x, 1)[0]!, 1, 5, 3)).toEqual([1, 1, 1]);
  });

  it('do not take a step per repetition', async () => {
    const kernels = async (count: number): Promise<number> => (await tf.profile(() => grad((x: tf.Tensor) => tf.sum(tf.sin(tf.tile(x, [count]))))(tf.tensor([1, 2])))).kernels.length;
    expect(await kernels(100)).toBe(await kernels(2));
  });
});
