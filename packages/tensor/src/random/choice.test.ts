import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choice } from './choice.ts';
import { shareError } from './fixtures.ts';
import { createRng } from './rng.ts';

describe('choice', () => {
  it('gives the numbers it has always given', () => {
    expect(Array.from(choice(createRng(2026), 100, 5))).toEqual([3, 51, 93, 61, 67]);
    expect(Array.from(choice(createRng(2026), 10, 5, { replace: true }))).toEqual([0, 5, 9, 6, 6]);
  });

  it('takes none twice, unless they are put back', () => {
    fc.assert(fc.property(fc.integer(), fc.nat(60), fc.nat(60), (seed, n, count) => {
      fc.pre(count <= n);
      const chosen = choice(createRng(seed), n, count);
      expect(chosen).toHaveLength(count);
      expect(new Set(chosen).size).toBe(count);
      expect(chosen.every((i) => i >= 0 && i < n)).toBe(true);
    }), { seed: 1, numRuns: 200 });
    expect(choice(createRng(1), 2, 100, { replace: true })).toHaveLength(100);
    expect(choice(createRng(1), 0, 0, { replace: true })).toHaveLength(0);
  });

  it.each([false, true])('gives each pair equally often (replace: %s)', (replace) => {
    const rng = createRng(2);
    const n = 40_000;
    const found = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const pair = choice(rng, 5, 2, { replace }).join();
      found.set(pair, (found.get(pair) ?? 0) + 1);
    }
    expect(found.size).toBe(replace ? 25 : 20);
    for (const count of found.values()) expect(shareError(count / n, 1 / found.size, n)).toBeLessThan(4);
  });

  it('refuses more numbers than there are', () => {
    expect(() => choice(createRng(1), 3, 4)).toThrow(new RangeError('choice: count must be at most n = 3, got 4'));
    expect(() => choice(createRng(1), 0, 1, { replace: true })).toThrow(new RangeError('choice: count must be at most n = 0, got 1'));
    expect(() => choice(createRng(1), 3, 1.5)).toThrow(/^choice: count must be a whole number >= 0/);
    expect(() => choice(createRng(1), -3, 1)).toThrow(/^choice: n must be a whole number >= 0/);
  });
});
