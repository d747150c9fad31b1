// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import { valueAndGrad } from '@mixwell/autodiff';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { activeTerms, classWeighted, divisor, type PairReduction, perAnchor, reduceTerms, threshold } from './reduction.ts';

const values = [[0.5, 0, -1, 2], [3, 0.25, 0, 0], [1, 1, 1, 1]];
const valid = [[1, 1, 1, 0], [1, 1, 0, 1], [0, 0, 0, 0]];
const kept = values.map((row, i) => row.filter((_, j) => valid[i]![j] === 1));
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const mean = (list: readonly number[]): number => (list.length === 0 ? 0 : sum(list) / list.length);
const flat = kept.flat();

describe.each(plainAnd(BACKEND_NAME))('on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  const cases: [string, () => PairReduction, number][] = [
    ['mean', () => 'mean', mean(flat)],
    ['avgNonZero', () => 'avgNonZero', mean(flat.filter((t) => t > 0))],
    ['sum', () => 'sum', sum(flat)],
    ['perAnchor', () => 'perAnchor', (mean(kept[0]!) + mean(kept[1]!)) / 2],
    ['perAnchor with the sum over anchors', () => perAnchor('sum'), mean(kept[0]!) + mean(kept[1]!)],
    ['divisor', () => divisor(7), sum(flat) / 7],
    ['divisor by a scalar', () => divisor(tf.scalar(2)), sum(flat) / 2],
    ['threshold', () => threshold({ low: 0.25, high: 3 }), 0.5],
    ['threshold from below', () => threshold({ low: 0 }), mean(flat.filter((t) => t > 0))],
    ['threshold from above', () => threshold({ high: 0.5 }), mean(flat.filter((t) => t < 0.5))],
    ['classWeighted', () => classWeighted(tf.tensor1d([10, 1])), mean([...kept[0]!.map((t) => 10 * t), ...kept[1]!])],
    ['one of its own', () => ({ values: v }) => tf.max(v), 3],
  ];

  it.each(cases)('%s is what plain loops give, in any shape, and 0 with no gradient where nothing counts', (_, reduction, wanted) => {
    tf.tidy(() => {
      const labels = tf.tensor1d([0, 1, 1], 'int32');
      for (const shape of [[3, 4], [3, 2, 2]]) {
        const terms = { values: tf.tensor(values.flat(), shape), valid: tf.tensor(valid.flat(), shape, 'bool'), labels };
        expect(reduceTerms('test', terms, reduction()).dataSync()[0]).toBeCloseTo(wanted, 5);
      }
      if (_ === 'one of its own') return;
      const { value, grads } = valueAndGrad((v: tf.Tensor) => reduceTerms('test', { values: v, valid: tf.zeros([3, 4], 'bool'), labels }, reduction()))(tf.tensor2d(values));
      expect([value.dataSync()[0], ...grads.dataSync()].every((x) => x === 0)).toBe(true);
    });
  });

  it('activeTerms counts the valid ones above 0', () => {
    expect(tf.tidy(() => activeTerms({ values: tf.tensor2d(values), valid: tf.tensor2d(valid, [3, 4], 'bool') }).dataSync()[0])).toBe(3);
  });
});

it('says what is wrong', async () => {
  await tf.setBackend(plainBackEnd);
  const terms = { values: tf.zeros([2, 2]), valid: tf.ones([2, 2], 'bool') };
  expect(() => reduceTerms('tripletLoss', terms, 'none' as 'mean')).toThrow(new RangeError("tripletLoss: reduction must be 'mean', 'avgNonZero', 'sum', 'perAnchor' or a function, got 'none'"));
  expect(() => reduceTerms('tripletLoss', { ...terms, valid: tf.ones([2, 1], 'bool') }, 'mean')).toThrow('tripletLoss: valid must have shape [2, 2], got [2, 1]');
  expect(() => reduceTerms('tripletLoss', { ...terms, valid: tf.ones([2, 2]) }, 'mean')).toThrow(new TypeError('tripletLoss: valid must be bool, got float32'));
  expect(() => reduceTerms('tripletLoss', terms, classWeighted(tf.ones([2])))).toThrow('classWeighted: the terms must have labels, got none');
  expect(() => classWeighted(tf.ones([2, 2]))).toThrow('classWeighted: weights must have shape [classes], got [2, 2]');
  expect(() => divisor(0)).toThrow('divisor: by must be > 0 and finite, got 0');
  expect(() => threshold({})).toThrow('threshold: low must be < high, and one of them finite, got -Infinity and Infinity');
  expect(() => threshold({ low: 1, high: 1 })).toThrow('got 1 and 1');
});
