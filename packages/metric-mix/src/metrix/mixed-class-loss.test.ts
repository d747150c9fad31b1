// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import '@mixwell/autodiff';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnRows, unit } from '../fixtures.ts';
import { cosFaceTerms, mixedClassLoss, normalizedSoftmaxLoss, normalizedSoftmaxTerms } from '../tf.ts';

describe('mixedClassLoss', () => {
  beforeAll(() => tf.setBackend(plainBackEnd));

  const [rows, proxies] = [drawnRows(1, 4, 3), drawnRows(2, 3, 3)];
  const [a, b, lambdas] = [[0, 1, 2, 1], [1, 2, 2, 0], [0.3, 0.5, 0.9, 1]];
  const int = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

  /** −ln softmax(cos / 0.05) at a class. */
  const loss = (row: readonly number[], label: number): number => {
    const logits = proxies.map((proxy) => unit(proxy).reduce((sum, x, k) => sum + x * unit(row)[k]!, 0) / 0.05);
    const top = Math.max(...logits);
    return top + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - top), 0)) - logits[label]!;
  };

  it('is λ ℓ(v, y₁) + (1 − λ) ℓ(v, y₂) of each mixture', () => {
    tf.tidy(() => {
      const [v, w] = [tf.tensor2d(rows), tf.tensor2d(proxies)];
      const each = (share: (i: number) => number): number => rows.reduce((sum, row, i) => sum + share(i) * loss(row, a[i]!) + (1 - share(i)) * loss(row, b[i]!), 0);
      const mixed = (lambda: number | tf.Tensor, reduction?: 'sum'): number => mixedClassLoss((labels) => normalizedSoftmaxTerms(v, labels, w), int(a), int(b), lambda, reduction && { reduction }).dataSync()[0]!;
      expect(mixed(0.4)).toBeCloseTo(each(() => 0.4) / 4, 4);
      expect(mixed(tf.tensor1d(lambdas), 'sum')).toBeCloseTo(each((i) => lambdas[i]!), 4);
      expect(mixed(tf.scalar(1))).toBeCloseTo(normalizedSoftmaxLoss(v, int(a), w).dataSync()[0]!, 5);
    });
  });

  it('leaves mixtures out of which a label is no class', () => {
    tf.tidy(() => {
      const terms = (labels: tf.Tensor): ReturnType<typeof cosFaceTerms> => cosFaceTerms(tf.tensor2d(rows), labels, tf.tensor2d(proxies));
      const half = (keep: number[], rest: (i: number) => number): number => keep.reduce((sum, i) => sum + rest(i), 0) / keep.length;
      const own = terms(int(a)).values.arraySync() as number[];
      const other = terms(int(b)).values.arraySync() as number[];
      const got = mixedClassLoss(terms, int([0, -1, 2, 1]), int([1, 2, 2, 7]), 0.5).dataSync()[0]!;
      expect(got).toBeCloseTo(half([0, 2], (i) => (own[i]! + other[i]!) / 2), 4);
    });
  });

  it('says what is wrong', () => {
    const terms = (labels: tf.Tensor): ReturnType<typeof cosFaceTerms> => cosFaceTerms(tf.tensor2d(rows), labels, tf.tensor2d(proxies));
    expect(() => mixedClassLoss(terms, int(a), int([1]), 0.5)).toThrow(new RangeError('mixedClassLoss: labelsB must have shape [4], got [1]'));
    expect(() => mixedClassLoss(terms, int(a), int(b), 2)).toThrow('mixedClassLoss: lambda must be in [0, 1], got 2');
    expect(() => mixedClassLoss(terms, int(a), int(b), tf.zeros([3]))).toThrow('mixedClassLoss: lambda must have shape [] or [4], got [3]');
  });
});
