import { createRng, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { compare, summary } from './over-seeds.ts';

describe('numbers over seeds', () => {
  it('have a mean and a sample standard deviation', () => {
    expect(summary([1, 2, 6])).toEqual({ mean: 3, std: Math.sqrt(7), perSeed: [1, 2, 6] });
    expect(summary([4])).toEqual({ mean: 4, std: null, perSeed: [4] });
  });

  it('are compared seed by seed, with the t interval of tables: 4.3027 standard errors for three seeds', () => {
    const { mean, interval, p, significant } = compare([2, 4, 9], [1, 2, 3]);
    expect(mean).toBe(3);
    const reach = (4.302652729911275 * Math.sqrt(7)) / Math.sqrt(3);
    expect(interval![0]).toBeCloseTo(3 - reach, 6);
    expect(interval![1]).toBeCloseTo(3 + reach, 6);
    const t = 3 / Math.sqrt(7 / 3);
    expect(p).toBeCloseTo(1 - t / Math.hypot(t, Math.SQRT2), 9); // in closed form for two degrees of freedom
    expect(significant).toBe(false);
  });

  it('are significant where the interval leaves 0 out, whichever way', () => {
    expect(compare([1.1, 1.2, 1.3], [0, 0, 0]).significant).toBe(true);
    expect(compare([0, 0, 0], [1.1, 1.2, 1.3]).significant).toBe(true);
    expect(compare([1, 1, 1], [1, 1, 1])).toMatchObject({ p: 1, significant: false });
    expect(compare([2, 2, 2], [1, 1, 1])).toMatchObject({ p: 0, significant: true });
  });

  it('are never significant for one seed', () => {
    expect(compare([5], [1])).toEqual({ mean: 4, std: null, perSeed: [4], interval: null, p: null, significant: false });
  });

  it('are called significant by chance in one of twenty cases', () => {
    const rng = createRng(1);
    const draws = (): number[] => Array.from({ length: 4 }, () => normal(rng));
    const wrong = Array.from({ length: 4000 }, () => compare(draws(), draws()).significant).filter(Boolean).length / 4000;
    expect(Math.abs(wrong - 0.05)).toBeLessThan(0.012);
  });

  it('refuse none, NaN, and seeds that do not pair', () => {
    expect(() => summary([])).toThrow(new RangeError('summary: values must not be empty'));
    expect(() => summary([1, Number.NaN])).toThrow('summary: values[1] must be finite, got NaN');
    expect(() => compare([1], [1, 2])).toThrow('compare: a and b must be of one length, got 1 and 2');
  });
});
