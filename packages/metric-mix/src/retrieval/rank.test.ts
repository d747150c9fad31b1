import { createRng, integer } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { rank } from './rank.ts';
import { selectKth } from './select-kth.ts';

const draw = (seed: number, n: number, range: number): number[] => {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => integer(rng, 0, range));
};

describe('rank', () => {
  it('puts the largest first, of equal ones that with the lower number', () => {
    for (const [n, range] of [[0, 5], [1, 5], [2, 5], [17, 3], [100, 1], [1000, 10], [1000, 1e9]] as const) {
      const drawn = draw(n + range, n, range);
      const ids = Int32Array.from(drawn, (_, i) => (7919 * i) % 10_007);
      const wanted = drawn.map((key, i) => ({ key, id: ids[i]! })).toSorted((a, b) => b.key - a.key || a.id - b.id);
      const keys = Float64Array.from(drawn);
      rank(keys, ids, 0, n - 1);
      expect([...keys]).toEqual(wanted.map(({ key }) => key));
      expect([...ids]).toEqual(wanted.map(({ id }) => id));
    }
  });
});

describe('selectKth', () => {
  it('is the k-th of the sorted numbers', () => {
    for (const [n, range] of [[1, 5], [2, 2], [31, 3], [200, 1], [500, 1e9]] as const) {
      const drawn = draw(n + range, n, range);
      const sorted = drawn.toSorted((a, b) => b - a);
      for (let k = 1; k <= n; k += Math.ceil(n / 20)) expect(selectKth(Int32Array.from([...drawn, 1e9]), n, k)).toBe(sorted[k - 1]);
    }
  });
});
