import { describe, expect, it } from 'vitest';
import { kolmogorov, meanError, normalDistribution, sample, shareError, shareOf } from './fixtures.ts';
import { normal } from './normal.ts';
import { createRng } from './rng.ts';

describe('normal', () => {
  it('gives the numbers it has always given', () => {
    const rng = createRng(2026);
    expect([normal(rng), normal(rng), normal(rng)]).toEqual([-2.5962072697808916, -0.03982469739198659, -0.5935429534480947]);
    expect(normal(createRng(2026), 10, 0.1)).toBe(9.740379273021912);
  });

  it('is normal: distribution, moments up to the sixth, both tails', () => {
    const rng = createRng(1);
    const values = sample(400_000, () => normal(rng));
    expect(kolmogorov(values.subarray(0, 50_000), normalDistribution)).toBeLessThan(1.95);
    expect(meanError(values, 0, 1)).toBeLessThan(4);
    expect(meanError(values.map((x) => x ** 2), 1, 2)).toBeLessThan(4);
    expect(meanError(values.map((x) => x ** 3), 0, 15)).toBeLessThan(4);
    expect(meanError(values.map((x) => x ** 4), 3, 96)).toBeLessThan(4);
    expect(meanError(values.map((x) => x ** 6), 15, 10_170)).toBeLessThan(4);
    for (const edge of [1, 2, 3, 3.654, 4]) {
      expect(shareError(shareOf(values, (x) => x > edge), normalDistribution(-edge), values.length)).toBeLessThan(4);
      expect(shareError(shareOf(values, (x) => x < -edge), normalDistribution(-edge), values.length)).toBeLessThan(4);
    }
  });

  it('has independent neighbours', () => {
    const rng = createRng(2);
    const values = sample(100_000, () => normal(rng));
    const products = (f: (x: number) => number, lag: number): Float64Array => values.subarray(lag).map((x, i) => f(x) * f(values[i]!));
    for (const lag of [1, 2]) {
      expect(meanError(products((x) => x, lag), 0, 1)).toBeLessThan(4);
      expect(meanError(products((x) => x * x - 1, lag), 0, 4)).toBeLessThan(4);
    }
  });

  it('is shifted by the mean and scaled by the standard deviation', () => {
    const [a, b] = [createRng(3), createRng(3)];
    for (let i = 0; i < 100; i++) expect(normal(a, -2, 0.5)).toBe(-2 + 0.5 * normal(b));
    expect(normal(a, 7, 0)).toBe(7);
  });

  it('refuses what is no mean or standard deviation', () => {
    expect(() => normal(createRng(1), NaN)).toThrow(new RangeError('normal: mean must be finite, got NaN'));
    expect(() => normal(createRng(1), 0, -1)).toThrow(new RangeError('normal: std must be finite and >= 0, got -1'));
    expect(() => normal(createRng(1), 0, Infinity)).toThrow(new RangeError('normal: std must be finite and >= 0, got Infinity'));
  });
});
