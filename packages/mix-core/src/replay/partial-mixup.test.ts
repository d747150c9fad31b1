import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, type Plan, partialMixup, partialMixupPlan, type PartialMixupOptions } from '../index.ts';

const unmixedRows = ({ labelWeights }: Plan): number => labelWeights.filter((weight, i) => i % 2 === 0 && weight === 1).length;

describe('partialMixupPlan', () => {
  it('mixes two permutations, and leaves some rows', () => {
    const plan = partialMixupPlan({ first: [2, 0, 1], second: [1, 2, 0], lambda: [0.25, 0.5, 0], unmixed: [1, 1] });
    expect(plan).toMatchObject({ sources: Int32Array.of(2, 1, 0, 2, 1, 0), weights: Float32Array.of(0.25, 0.75, 1, 0, 0, 1) });
    const images = drawnImages(1, [3, 2, 2, 1]);
    const mixed = applyPlan(plan, images).data;
    expect(mixed.subarray(4, 8)).toEqual(images.data.subarray(0, 4));
    expect(mixed.subarray(8)).toEqual(images.data.subarray(0, 4));
  });

  it('refuses rows outside of the batch, lists of different lengths', () => {
    expect(() => partialMixupPlan({ first: [0], second: [0], lambda: 1, unmixed: [1] })).toThrow('partialMixupPlan: unmixed[0] must be a whole number in [0, 1), got 1');
    expect(() => partialMixupPlan({ first: [0, 1], second: [0], lambda: 1 })).toThrow(RangeError);
    expect(() => partialMixupPlan({ first: [], second: [], lambda: 1 })).toThrow('partialMixupPlan: number of rows must be a whole number >= 1, got 0');
    expect(() => partialMixupPlan({ first: [0], second: [0], lambda: 2 })).toThrow('partialMixupPlan: lambda must be in [0, 1], got 2');
  });
});

describe('partialMixup', () => {
  const draw = (options: PartialMixupOptions, rows: number): Plan => partialMixup({ lambda: 0.5, ...options })(createRng(3), { rows });

  it.each([[64, 0.1, 6], [64, 1, 64], [64, 0, 0], [7, 0.5, 4], [1, 0.1, 0]])('mixes of %d rows the share %d: %d', (rows, mixedFraction, mixed) => {
    expect(rows - unmixedRows(draw({ mixedFraction }, rows))).toBe(mixed);
  });

  it("with-replacement leaves 59 % of 64 rows for a share of 0.1, as the published code does (law over 10⁵ rows)", () => {
    const rng = createRng(8);
    const policy = partialMixup({ lambda: 0.5, sampling: 'with-replacement' });
    let unmixed = 0;
    for (let i = 0; i < 1600; i++) unmixed += unmixedRows(policy(rng, { rows: 64 }));
    expect(Math.abs(unmixed / (1600 * 64) - (1 - (1 - 1 / 64) ** 57))).toBeLessThan(0.004);
  });

  it("with-replacement draws ⌊rows · (1 − share)⌋ rows also where that product is not exact", () => {
    expect(unmixedRows(draw({ mixedFraction: 0.9, sampling: 'with-replacement' }, 10))).toBe(1);
  });

  it('refuses what is no option', () => {
    expect(() => partialMixup({ mixedFraction: 2 })).toThrow('partialMixup: mixedFraction must be in [0, 1], got 2');
    expect(() => partialMixup({ sampling: 'both' as 'with-replacement' })).toThrow("partialMixup: sampling must be 'without-replacement' or 'with-replacement', got 'both'");
    expect(() => partialMixup()(createRng(1), { rows: 0 })).toThrow('partialMixup: batch.rows must be a whole number >= 1, got 0');
  });
});
