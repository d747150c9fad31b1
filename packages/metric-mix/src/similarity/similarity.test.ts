// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import { valueAndGrad } from '@mixwell/autodiff';
import { finiteDifferences } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cosine, drawnRows, float64Library, type Library, near, unit } from '../fixtures.ts';
import { drawnLabels, drawnMask } from '../generic/fixtures.ts';
import * as library from '../tf.ts';

const { cosineSimilarities, euclideanDistances, maskedLog, maskedLogSumExp, pairMasks, rowDistances, rowProducts, safeSqrt, squaredDistances, unitRows } = library;
const [a, b] = [drawnRows(1, 4, 3), drawnRows(2, 5, 3)];

const between = (x: readonly number[], y: readonly number[]): number => Math.hypot(...x.map((value, k) => value - y[k]!));
const pairs = (of: (x: number[], y: number[]) => number): number[] => a.flatMap((x) => b.map((y) => of(x, y)));

describe.each(plainAnd(BACKEND_NAME))('on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('similarities and distances are those of plain loops', () => {
    tf.tidy(() => {
      const [x, y] = [tf.tensor2d(a), tf.tensor2d(b)];
      near(unitRows(x).dataSync(), a.flatMap(unit));
      near(cosineSimilarities(x, y).dataSync(), pairs(cosine));
      near(cosineSimilarities(x).dataSync(), a.flatMap((p) => a.map((q) => cosine(p, q))));
      near(squaredDistances(x, y).dataSync(), pairs((p, q) => between(p, q) ** 2), 4e-6);
      near(euclideanDistances(x, y).dataSync(), pairs(between), 4e-6);
      near(rowDistances(x, tf.slice(y, 0, 4)).dataSync(), a.map((p, i) => between(p, b[i]!)));
      near(rowProducts(unitRows(x), unitRows(tf.slice(y, 0, 4))).dataSync(), a.map((p, i) => cosine(p, b[i]!)));
    });
  });

  it('a row of zeros has similarity 0 and no gradient; its neighbours have theirs', () => {
    tf.tidy(() => {
      const { value, grads } = valueAndGrad((x: tf.Tensor) => tf.sum(cosineSimilarities(x)))(tf.tensor2d([[0, 0], [3, 4], [1, 0]]));
      near(value.dataSync(), [2 + 2 * 0.6]);
      near(grads.dataSync(), [0, 0, 2 * 0.2 * 0.64, -2 * 0.2 * 0.48, 0, 1.6]);
    });
  });

  it('equal rows are at distance 0 with no gradient, also where the matrix product rounds', () => {
    tf.tidy(() => {
      const row = drawnRows(3, 1, 512)[0]!;
      const rows = tf.tensor2d([row, row, row]);
      const distances = (of: (x: tf.Tensor) => tf.Tensor) => valueAndGrad((x: tf.Tensor) => ({ loss: tf.sum(of(x)), d: of(x) }))(rows);
      const results = [(x: tf.Tensor) => euclideanDistances(x), (x: tf.Tensor) => euclideanDistances(unitRows(x)), (x: tf.Tensor) => rowDistances(x, tf.reverse(x, 0))].map(distances);
      for (const { aux, grads } of results) for (const value of [...aux.d.dataSync(), ...grads.dataSync()]) expect(value).toBeCloseTo(0, 12);
    });
  });

  it('listed pairs keep distances that a matrix product loses', () => {
    tf.tidy(() => {
      const [x, y] = [tf.tensor2d([[0.6, 0.8]]), tf.tensor2d([[0.6, 0.8001]])];
      expect(rowDistances(x, y).dataSync()[0]).toBeCloseTo(1e-4, 7);
      expect(euclideanDistances(x, y).dataSync()[0]).toBe(0);
    });
  });

  it('the root has gradient 0 at and below 0', () => {
    tf.tidy(() => {
      const { value, grads } = valueAndGrad((x: tf.Tensor) => tf.sum(safeSqrt(x)))(tf.tensor1d([4, 0, -1]));
      near([...value.dataSync(), ...grads.dataSync()], [2, 0.25, 0, 0]);
    });
  });

  it('masks are positives without themselves, and negatives; of two sets all of one class', () => {
    tf.tidy(() => {
      const labels = tf.tensor1d([3, 1, 3], 'int32');
      const { positive, negative } = pairMasks(labels);
      expect(Array.from(positive.dataSync(), Number)).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0]);
      expect(Array.from(negative.dataSync(), Number)).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0]);
      const across = pairMasks(labels, tf.tensor1d([3, 1], 'int32'));
      expect(Array.from(across.positive.dataSync(), Number)).toEqual([1, 0, 0, 1, 1, 0]);
      expect(Array.from(across.negative.dataSync(), Number)).toEqual([0, 1, 1, 0, 0, 1]);
    });
  });

  it('log-sum-exp is that of the valid terms, for weights down to 0 and exponents of any size', () => {
    const exponents = [...drawnRows(4, 3, 6, 3), [1e4, -1e4, 9999, 3, 0, 1], [-1e4, -1e4, -9990, 1e4, -1e4, -1e4], [0, 0, 0, 0, 0, 0]];
    const weights = drawnLabels(5, 6, 6);
    const drawn = drawnMask(6, 6, 6);
    const valid = drawn.map((row, i) => row.map((v, j) => v && i < 5 && weights[i]![j]! > 0));
    valid[4]![3] = false;
    for (const plusOne of [false, true]) {
      const wanted = exponents.map((row, i) => {
        const terms = row.flatMap((z, j) => (valid[i]![j] ? [z + Math.log(weights[i]![j]!)] : []));
        const all = plusOne ? [...terms, 0] : terms;
        const top = Math.max(...all);
        return all.length === 0 ? 0 : top + Math.log(all.reduce((sum, z) => sum + Math.exp(z - top), 0));
      });
      tf.tidy(() => {
        const [mask, w] = [tf.tensor2d(valid.map((row) => row.map(Number)), undefined, 'bool'), tf.tensor2d(weights)];
        const { aux, grads } = valueAndGrad((z: tf.Tensor, y: tf.Tensor) => {
          const rows = maskedLogSumExp(z, mask, { logWeights: maskedLog(y, mask), plusOne });
          return { loss: tf.sum(rows), rows };
        }, { wrt: [0, 1] })(tf.tensor2d(exponents), w);
        near(aux.rows.dataSync(), wanted);
        const softmax = exponents.flatMap((row, i) => row.map((z, j) => (valid[i]![j] ? Math.exp(z + Math.log(weights[i]![j]!) - wanted[i]!) : 0)));
        near(grads[0].dataSync(), softmax, 4e-6);
        near(grads[1].dataSync(), softmax.map((share, k) => (share === 0 ? 0 : share / weights.flat()[k]!)), 4e-6);
      });
    }
  });

  it('ln(1 + Σ) keeps the digits of a small Σ', () => {
    tf.tidy(() => {
      const x = maskedLogSumExp(tf.tensor2d([[-20, -21]]), tf.ones([1, 2], 'bool'), { plusOne: true });
      expect(Math.abs(x.dataSync()[0]! / (Math.exp(-20) + Math.exp(-21)) - 1)).toBeLessThan(1e-5);
    });
  });
});

describe('in float64', () => {
  it('all have the gradients of their definitions', async () => {
    const oracle = await float64Library();
    const weights = drawnRows(7, 4, 5);
    const rowsOf = (flat: ArrayLike<number>): number[][] => Array.from({ length: flat.length / 3 }, (_, i) => [0, 1, 2].map((k) => flat[3 * i + k]!));
    const weighed = (x: ArrayLike<number>, of: (p: number[], q: number[]) => number): number => rowsOf(x).reduce((sum, p, i) => b.reduce((s, q, j) => s + weights[i]![j]! * of(p, q), sum), 0);
    const cases: [(o: Library, x: tf.Tensor2D) => tf.Tensor, (p: number[], q: number[]) => number][] = [
      [(o, x) => o.cosineSimilarities(x, o.tf.tensor2d(b)), cosine],
      [(o, x) => o.euclideanDistances(x, o.tf.tensor2d(b)), between],
      [(o, x) => o.squaredDistances(o.unitRows(x), o.unitRows(o.tf.tensor2d(b))), (p, q) => between(unit(p), unit(q)) ** 2],
    ];
    for (const [of, definition] of cases) {
      const got = oracle.tf.grad((x) => oracle.tf.sum(oracle.tf.mul(of(oracle, x as tf.Tensor2D), oracle.tf.tensor2d(weights))))(oracle.tf.tensor2d(a)).dataSync();
      near(got, finiteDifferences((x) => weighed(x, definition), [a.flat()])[0]!, 1e-8);
    }
  });
});

it('all say what is wrong', async () => {
  await tf.setBackend(plainBackEnd);
  const [x, wide] = [tf.zeros([2, 3]), tf.zeros([2, 4])];
  expect(() => unitRows(tf.zeros([3]))).toThrow(new RangeError('unitRows: embeddings must have shape [n, dimensions], got [3]'));
  expect(() => cosineSimilarities(x, wide)).toThrow(new RangeError('cosineSimilarities: anchors and examples must have one width, got [2, 3] and [2, 4]'));
  expect(() => squaredDistances(tf.zeros([0, 3]))).toThrow('squaredDistances: anchors must have shape [n, dimensions], got [0, 3]');
  expect(() => rowDistances(x, tf.zeros([3, 3]))).toThrow('rowDistances: b must have shape [2, 3], got [3, 3]');
  expect(() => pairMasks(tf.tensor1d([0, 1]))).toThrow(new TypeError('pairMasks: labels must be int32, got float32'));
  expect(() => pairMasks(tf.tensor1d([0], 'int32'), tf.zeros([1, 1], 'int32'))).toThrow('pairMasks: others must have shape [n], got [1, 1]');
});
