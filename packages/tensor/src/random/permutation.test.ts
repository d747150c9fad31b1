import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareError } from './fixtures.ts';
import { permutation } from './permutation.ts';
import { createRng } from './rng.ts';

describe('permutation', () => {
  it('gives the order it has always given', () => {
    expect(Array.from(permutation(createRng(2026), 10))).toEqual([0, 5, 9, 7, 3, 1, 2, 6, 4, 8]);
  });

  it('holds each number once', () => {
    fc.assert(fc.property(fc.integer(), fc.nat(200), (seed, n) => {
      expect(permutation(createRng(seed), n).toSorted()).toEqual(Int32Array.from({ length: n }, (_, i) => i));
    }), { seed: 1, numRuns: 200 });
  });

  it('gives each order equally often', () => {
    const rng = createRng(1);
    const n = 48_000;
    const found = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const order = permutation(rng, 4).join('');
      found.set(order, (found.get(order) ?? 0) + 1);
    }
    expect(found.size).toBe(24);
    for (const count of found.values()) expect(shareError(count / n, 1 / 24, n)).toBeLessThan(4);
  });

  it.each([-1, 1.5, NaN, 2 ** 32])('refuses n = %s', (n) => {
    expect(() => permutation(createRng(1), n)).toThrow(new RangeError(`permutation: n must be a whole number >= 0, at most 2^31, got ${n}`));
  });
});
