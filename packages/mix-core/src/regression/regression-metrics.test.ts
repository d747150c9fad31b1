import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regressionMetrics, worstGroup } from '../index.ts';

describe('regressionMetrics', () => {
  it('computes what its names say', () => {
    const { mse, rmse, mae, mape, r } = regressionMetrics([1, 2, 5], [2, 0, 4]);
    expect([mse, rmse, mae]).toEqual([2, Math.SQRT2, 4 / 3]);
    expect(mape).toBeCloseTo(100 * (1 / 2 + 1 / 4) / 2, 12); // the label 0 is left out
    expect(r).toBeCloseTo(6 / Math.sqrt((26 / 3) * 8), 12);
  });

  it('averages the correlation over the columns whose labels differ', () => {
    expect(regressionMetrics([[1, 9, 3], [2, 8, 2], [3, 5, 1]], [[10, 7, 1], [20, 7, 2], [30, 7, 3]]).r).toBeCloseTo(0, 12);
    expect(regressionMetrics([[1, 9], [2, 8]], [[10, 7], [20, 7]]).r).toBeCloseTo(1, 12);
  });

  it('is NaN where it is not defined', () => {
    expect(regressionMetrics([1, 2], [0, 0])).toMatchObject({ mape: Number.NaN, r: Number.NaN, mae: 1.5 });
    expect(regressionMetrics([1, 1], [0, 1]).r).toBeNaN();
  });

  it('leaves a correlation as it is when predictions are scaled and moved', () => {
    const numbers = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), { minLength: 3, maxLength: 20 });
    fc.assert(fc.property(numbers, fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: 9 }), (pairs, scale, shift) => {
      const [pred, label] = [pairs.map(([p]) => p), pairs.map(([, y]) => y)];
      const [before, after] = [regressionMetrics(pred, label).r, regressionMetrics(pred.map((p) => scale * p + shift), label).r];
      fc.pre(!Number.isNaN(before));
      expect(after).toBeCloseTo(before, 9);
      expect(Math.abs(before)).toBeLessThan(1 + 1e-12);
    }), { seed: 1 });
  });

  it('refuses shapes that differ, and values that are not finite', () => {
    expect(() => regressionMetrics([1, 2], [1])).toThrow(new RangeError('regressionMetrics: pred must have the shape of label, [1, 1], got [2, 1]'));
    expect(() => regressionMetrics([1, Number.NaN], [1, 2])).toThrow('regressionMetrics: pred[1] must be finite, got NaN');
  });
});

describe('worstGroup', () => {
  const [pred, label, groups] = [[0, 0, 5, 5, 1, 2], [1, 1, 5, 8, 1, 2], ['a', 'a', 'b', 'b', 'c', 'c']];

  it('finds the group with the largest error, or the correlation nearest to 0', () => {
    expect(worstGroup(pred, label, groups)).toEqual({ group: 'b', value: Math.sqrt(4.5) });
    expect(worstGroup(pred, label, groups, 'mape')).toEqual({ group: 'a', value: 100 });
    const weak = worstGroup([1, 2, 3, 1, 2, 1.2], [1, 2, 3, 3, 2, 1], [7, 7, 7, 9, 9, 9], 'r');
    expect(weak.group).toBe(9);
    expect(worstGroup([[0, 1], [3, 3]], [[0, 0], [3, 3]], [0, 1])).toEqual({ group: 0, value: Math.SQRT1_2 });
  });

  it('passes over groups whose metric is not defined, and refuses where there are no others', () => {
    expect(worstGroup([1, 2, 3], [1, 2, 2.5], ['x', 'x', 'single'], 'r').group).toBe('x');
    expect(() => worstGroup([1], [1], ['x'], 'r')).toThrow(new RangeError('worstGroup: r must be defined for one group at least'));
    expect(() => worstGroup([1], [1], [])).toThrow('worstGroup: groups must be one for each of 1 examples, got 0');
  });
});
