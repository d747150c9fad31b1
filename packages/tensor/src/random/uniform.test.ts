import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kolmogorov, meanError, sample } from './fixtures.ts';
import { createRng, type Rng } from './rng.ts';
import { openUnit, uniform, unit } from './uniform.ts';

/** A stream of the same bits for ever. */
const constant = (bits: number): Rng => ({ next: () => bits, split: () => constant(bits), state: () => ({ key: [], generator: [] }) });

describe('uniform', () => {
  it('gives the numbers it has always given', () => {
    const rng = createRng(2026);
    expect([uniform(rng), uniform(rng), uniform(rng)]).toEqual([0.03538132841631647, 0.9315229177862668, 0.6611889682922758]);
    expect(uniform(createRng(2026), -3, 5)).toBe(-2.7169493726694682);
  });

  it('is spread evenly', () => {
    const rng = createRng(1);
    const values = sample(50_000, () => uniform(rng, -2, 6));
    expect(kolmogorov(values, (x) => (x + 2) / 8)).toBeLessThan(1.95);
    expect(meanError(values, 2, 64 / 12)).toBeLessThan(4);
    expect(meanError(values.map((x) => (x - 2) ** 2), 64 / 12, 64 ** 2 / 180)).toBeLessThan(4);
  });

  it('stays within [low, high), also where rounding would reach the end', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), fc.double({ noNaN: true, min: -1e300, max: 1e300 }), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1), (a, b, bits) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const value = uniform(constant(bits), low, high);
      expect(value >= low && (value < high || low === high)).toBe(true);
    }), { seed: 1, numRuns: 1000 });
    expect(uniform(constant(2 ** 32 - 1), 1, 1 + Number.EPSILON)).toBe(1);
    expect(uniform(constant(2 ** 32 - 1))).toBe(1 - 2 ** -53);
  });

  it.each([[1, 0], [NaN, 1], [0, Infinity], [-1.7e308, 1.7e308]])('refuses low = %s, high = %s', (low, high) => {
    expect(() => uniform(createRng(1), low, high)).toThrow(new RangeError(`uniform: low and high must be finite with low <= high, got ${low} and ${high}`));
  });
});

describe('unit and openUnit', () => {
  it('reach the ends that belong to them, and no more', () => {
    expect([unit(constant(0)), unit(constant(2 ** 32 - 1))]).toEqual([0, 1 - 2 ** -53]);
    expect([openUnit(constant(0)), openUnit(constant(2 ** 32 - 1))]).toEqual([2 ** -53, 1 - 2 ** -53]);
  });
});
