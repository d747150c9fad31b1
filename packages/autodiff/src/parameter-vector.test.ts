import { expectNoLeaks } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { flatten, grad, type Layout, layoutOf, unflatten } from './index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const params = (): Record<string, tf.Tensor> => ({ 'conv.weight': tf.tensor2d([[1, 2], [3, 4]]), scale: tf.scalar(5), 'conv.bias': tf.tensor([6, 7]) });
const layout: Layout = [{ name: 'conv.weight', shape: [2, 2], offset: 0 }, { name: 'scale', shape: [], offset: 4 }, { name: 'conv.bias', shape: [2], offset: 5 }];

describe.each(backEnds)('parameter vectors on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('hold all parameters, in the order of the record or of a layout', () => {
    expect(layoutOf(params())).toEqual(layout);
    expect(values(flatten(params()))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const { scale, ...rest } = params();
    expect(values(flatten({ scale: scale!, ...rest }, layout))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(flatten({}).shape).toEqual([0]);
  });

  it('come apart again', () => {
    const back = unflatten(tf.tensor([1, 2, 3, 4, 5, 6, 7]), JSON.parse(JSON.stringify(layout)) as Layout);
    expect(Object.keys(back)).toEqual(['conv.weight', 'scale', 'conv.bias']);
    expect(Object.values(back).map((x) => [x.shape, values(x)])).toEqual([[[2, 2], [1, 2, 3, 4]], [[], [5]], [[2], [6, 7]]]);
    expect(Object.getPrototypeOf(back)).toBe(null);
    expect(unflatten(tf.zeros([0]), [])).toEqual({});
  });

  it('are differentiated in both directions, twice', () => {
    const cube = (theta: tf.Tensor): tf.Tensor => {
      const { scale, 'conv.bias': bias } = unflatten(theta, layout);
      return tf.mul(tf.sum(tf.pow(bias!, 3)), scale!);
    };
    const at = tf.tensor([1, 2, 3, 4, 5, 6, 7]);
    expect(values(grad(cube)(at))).toEqual([0, 0, 0, 0, 216 + 343, 540, 735]);
    expect(values(grad((theta: tf.Tensor) => tf.sum(tf.slice(grad(cube)(theta), 5, 1)))(at))).toEqual([0, 0, 0, 0, 108, 180, 0]);
    const byParams = grad((p: Record<string, tf.Tensor>) => tf.sum(tf.mul(flatten(p), tf.tensor([1, 2, 3, 4, 5, 6, 7]))))(params());
    expect(values(byParams['conv.weight']!)).toEqual([1, 2, 3, 4]);
  });

  it('leave nothing behind', async () => {
    const p = params();
    await expectNoLeaks(() => flatten(p));
    const vector = flatten(p);
    await expectNoLeaks(() => unflatten(vector, layout));
  });
});

describe('parameter vectors', () => {
  it('refuse what does not fit the layout', () => {
    expect(() => flatten({ ...params(), extra: tf.scalar(1) }, layout)).toThrow(new RangeError("flatten: layout must name every parameter, got none for 'extra'"));
    expect(() => flatten({ ...params(), scale: tf.zeros([2]) }, layout)).toThrow("flatten: 'scale' must have shape [], got [2]");
    expect(() => flatten({}, layout)).toThrow("flatten: 'conv.weight' must have shape [2, 2], got nothing");
    expect(() => unflatten(tf.zeros([6]), layout)).toThrow(new RangeError('unflatten: vector must have shape [7], got [6]'));
    expect(() => unflatten(tf.zeros([7]), layout.toReversed())).toThrow("unflatten: layout must have no gaps: the offset of 'conv.bias' must be 0, got 5");
  });
});
