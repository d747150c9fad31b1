import { createRng, normal, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { batchPartners, invertCdf, labelKernelRow } from '../index.ts';

describe('labelKernelRow', () => {
  it('is the kernel of the distances over its sum', () => {
    const labels = [[0, 1], [2, 0.5], [-1, 3], [0, 1]];
    const weights = labels.map(([a, b]) => Math.exp(-((a! - 2) ** 2 + (b! - 0.5) ** 2) / (2 * 0.7 ** 2)));
    const sum = weights.reduce((a, b) => a + b);
    labelKernelRow(labels, 1, { bandwidth: 0.7 }).forEach((p, j) => expect(p).toBeCloseTo(weights[j]! / sum, 14));
  });

  it('is uniform within the bandwidth for the top hat, its border left out', () => {
    expect(labelKernelRow([0, 0.5, 1, -0.75, 2], 0, { bandwidth: 1, kernel: 'tophat' })).toEqual(Float64Array.of(1 / 3, 1 / 3, 0, 1 / 3, 0));
  });

  it('without the example itself is the rest, however far away that is', () => {
    expect(labelKernelRow([0, 1e8, -1e9], 0, { bandwidth: 1, excludeSelf: true })).toEqual(Float64Array.of(0, 1, 0));
    expect(labelKernelRow([0, 5, -5, 9], 0, { bandwidth: 1, excludeSelf: true, kernel: 'tophat' })).toEqual(Float64Array.of(0, 0.5, 0.5, 0));
    expect(labelKernelRow([3, 3, 3], 1, { bandwidth: 1, excludeSelf: true })).toEqual(Float64Array.of(0.5, 0, 0.5));
  });

  it('refuses an index out of range', () => {
    expect(() => labelKernelRow([1, 2], 2, { bandwidth: 1 })).toThrow(new RangeError('labelKernelRow: i must be a whole number in [0, 2), got 2'));
  });
});

describe('invertCdf', () => {
  it('gives the first position whose cumulative share exceeds u', () => {
    const weights = [0, 2, 0, 6, 0];
    expect([0, 0.2499, 0.25, 0.9999999999999999].map((u) => invertCdf(weights, u))).toEqual([1, 1, 3, 3]);
  });

  it('refuses u outside [0, 1), and weights without a sum', () => {
    expect(() => invertCdf([1], 1)).toThrow(new RangeError('invertCdf: u must be in [0, 1), got 1'));
    expect(() => invertCdf([1], Number.NaN)).toThrow('invertCdf: u must be in [0, 1), got NaN');
    expect(() => invertCdf([0, 0], 0.5)).toThrow('invertCdf: weights must have a sum > 0 and finite, got 0');
    expect(() => invertCdf([], 0.5)).toThrow('invertCdf: weights must have a sum > 0 and finite, got 0');
  });
});

describe('batchPartners', () => {
  it('draws each anchor among all rows', () => {
    const rng = createRng(1);
    const labels = Float64Array.from({ length: 40 }, () => normal(rng));
    const u = Float64Array.from({ length: 20 }, () => uniform(rng));
    const partners = batchPartners(labels, { bandwidth: 0.5 }, u);
    partners.forEach((row, b) => expect(row).toBe(invertCdf(labelKernelRow(labels, b, { bandwidth: 0.5 }), u[b]!)));
    expect(partners.some((row) => row >= 20)).toBe(true);
    batchPartners(labels, { bandwidth: 1e-9, excludeSelf: true }, u).forEach((row, b) => expect(row).not.toBe(b));
  });

  it('refuses more anchors than rows, and u outside [0, 1)', () => {
    expect(() => batchPartners([1, 2], { bandwidth: 1 }, [0, 0, 0])).toThrow(new RangeError('batchPartners: u must be at most one for each of 2 rows, got 3'));
    expect(() => batchPartners([1, 2], { bandwidth: 1 }, [1])).toThrow('u must be in [0, 1), got 1');
    expect(() => batchPartners([1, 2], { bandwidth: -1 }, [0])).toThrow('batchPartners: bandwidth must be > 0 and finite, got -1');
  });
});
