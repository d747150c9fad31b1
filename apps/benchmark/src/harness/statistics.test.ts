import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedRatio, quantile, spread } from './statistics.ts';

const times = fc.array(fc.double({ min: 0.01, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('statistics of turns', () => {
  it('interpolates between the two nearest values, as NumPy does', () => {
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(quantile([7], 0.9)).toBe(7);
    expect(spread([5, 1, 2, 4, 3])).toEqual({ p25: 2, median: 3, p75: 4 });
  });

  it('orders the quartiles within the values', () => {
    fc.assert(fc.property(times, (values) => {
      const { p25, median, p75 } = spread(values);
      expect(Math.min(...values)).toBeLessThanOrEqual(p25);
      expect(p25).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(p75);
      expect(p75).toBeLessThanOrEqual(Math.max(...values));
    }), { seed: 1 });
  });

  it('compares neighbouring turns, so that a slow moment of the machine slows both', () => {
    const slow = [1, 1, 9, 1];
    expect(pairedRatio(slow.map((factor) => 2 * factor), slow.map((factor) => 4 * factor))).toEqual({ p25: 0.5, median: 0.5, p75: 0.5 });
  });

  it('refuses no values, and turns that have no neighbour', () => {
    expect(() => spread([])).toThrow('spread: values must not be empty');
    expect(() => pairedRatio([1], [1, 2])).toThrow('pairedRatio: ours and peer must be of one length, got 1 and 2');
  });
});
