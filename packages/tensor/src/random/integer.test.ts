import { describe, expect, it } from 'vitest';
import { shareError, shareOf } from './fixtures.ts';
import { integer } from './integer.ts';
import { createRng, type Rng } from './rng.ts';

const counts = (range: number, n: number, draw: () => number): number[] => {
  const found = Array.from({ length: range }, () => 0);
  for (let i = 0; i < n; i++) found[draw()]! += 1;
  return found;
};

describe('integer', () => {
  it('gives the numbers it has always given', () => {
    const rng = createRng(2026);
    expect([integer(rng, -5, 1000), integer(rng, -5, 1000), integer(rng, -5, 1000)]).toEqual([30, 511, 931]);
  });

  it('gives each number equally often', () => {
    const rng = createRng(1);
    const n = 60_000;
    for (const found of counts(7, n, () => integer(rng, 0, 7))) expect(shareError(found / n, 1 / 7, n)).toBeLessThan(4);
  });

  it('is without bias where the range is two thirds of all draws', () => {
    const rng = createRng(2);
    const range = Math.floor((2 * 2 ** 32) / 3);
    const values = new Float64Array(30_000).map(() => integer(rng, 0, range));
    // taken modulo the range, the lower half would come twice as often
    expect(shareError(shareOf(values, (x) => x < range / 2), 0.5, values.length)).toBeLessThan(4);
  });

  it('takes whatever range fits in 32 bits, and draws again beyond its last full share', () => {
    const given = (...bits: number[]): Rng => ({ next: () => bits.shift()!, split: () => given(), state: () => ({ key: [], generator: [] }) });
    expect(integer(given(2 ** 32 - 1), 0, 2 ** 32)).toBe(2 ** 32 - 1);
    expect(integer(given(2 ** 32 - 1), -(2 ** 53) + 1, -(2 ** 53) + 2)).toBe(-(2 ** 53) + 1);
    expect(integer(given(2 ** 32 - 1, 5), 0, 2 ** 31 + 1)).toBe(5);
    expect(integer(given(2 ** 32 - 1, 0), 0, 3)).toBe(0);
    expect(integer(given(2 ** 32 - 2), 0, 3)).toBe(2);
  });

  it.each([[0, 0], [1, 0], [0.5, 2], [0, NaN], [0, 2 ** 32 + 1], [2 ** 53, 2 ** 53 + 2]])('refuses low = %s, high = %s', (low, high) => {
    expect(() => integer(createRng(1), low, high)).toThrow(/^integer: low and high must be whole numbers with 1 <= high - low <= 2\^32, got /);
  });
});
