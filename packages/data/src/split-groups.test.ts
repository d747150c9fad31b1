import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitGroups } from './index.ts';

describe('splitGroups', () => {
  it('fills the parts with whole groups in ascending order', () => {
    const groups = [3, 1, 2, 1, 10, 2, 1, 3, 1, 1];
    expect(splitGroups(groups, [0.5, 0.2, 0.3])).toEqual([Int32Array.of(1, 3, 6, 8, 9), Int32Array.of(2, 5), Int32Array.of(0, 4, 7)]);
    expect(splitGroups(['b', 'a', 'b', 'a'], [0.5, 0.5])).toEqual([Int32Array.of(1, 3), Int32Array.of(0, 2)]);
  });

  it('gives every sample to one part, and no group to two', () => {
    fc.assert(fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 60 }), (groups) => {
      const parts = splitGroups(groups, [0.7, 0.1, 0.2]);
      expect(parts.flatMap((part) => Array.from(part)).sort((a, b) => a - b)).toEqual(groups.map((_, i) => i));
      const seen = parts.map((part) => new Set(Array.from(part, (i) => groups[i]!)));
      expect(seen.reduce((sum, set) => sum + set.size, 0)).toBe(new Set(groups).size);
      expect(parts[0].length).toBeGreaterThanOrEqual(0.7 * groups.length - 1e-6);
    }), { seed: 1 });
  });

  it('refuses shares that are none', () => {
    expect(() => splitGroups([1], [0.5, 0.4])).toThrow(new RangeError('splitGroups: shares must sum to 1, got 0.9'));
    expect(() => splitGroups([1], [1.5, -0.5])).toThrow('splitGroups: shares must be in [0, 1], got 1.5');
    expect(() => splitGroups([Number.NaN], [1])).toThrow('splitGroups: groups[0] must not be NaN');
  });
});
