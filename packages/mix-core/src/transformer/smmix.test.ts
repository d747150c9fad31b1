import { createRng, hostTensor } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, type BoxPlan, planFromJson, planToJson, smmix, smmixPlan } from '../index.ts';
import { drawnMaps } from './fixtures.ts';

/** Sum of one window, by its definition. */
const windowSum = (map: Float32Array, width: number, [top, left]: readonly [number, number], side: number): number => {
  let sum = 0;
  for (let y = top; y < top + side; y++) for (let x = left; x < left + side; x++) sum += map[y * width + x]!;
  return sum;
};

describe('smmixPlan', () => {
  it('moves the most attended window of the partner onto the least attended one', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.nat(6), fc.nat(), fc.integer({ min: 1, max: 3 }),
      (rows, gridHeight, gridWidth, wanted, seed, patch) => {
        const side = Math.min(wanted, gridHeight, gridWidth);
        const attention = drawnMaps(seed, [rows, gridHeight, gridWidth]);
        const partner = Array.from({ length: rows }, (_, row) => rows - 1 - row);
        const [height, width] = [gridHeight * patch, gridWidth * (patch + 1)];
        const plan = smmixPlan({ height, width, partner, attention, side });
        const size = gridHeight * gridWidth;
        for (let row = 0; row < rows; row++) {
          const place = (boxes: Int32Array): readonly [number, number] => [boxes[4 * row]! / patch, boxes[4 * row + 1]! / (patch + 1)];
          const map = (image: number): Float32Array => attention.data.subarray(image * size, image * size + size);
          const sums = (image: number): number[] => Array.from({ length: (gridHeight - side + 1) * (gridWidth - side + 1) }, (_, i) =>
            windowSum(map(image), gridWidth, [Math.floor(i / (gridWidth - side + 1)), i % (gridWidth - side + 1)], side));
          expect(windowSum(map(row), gridWidth, place(plan.boxes), side)).toBe(Math.min(...sums(row)));
          expect(windowSum(map(partner[row]!), gridWidth, place(plan.crops!), side)).toBe(Math.max(...sums(partner[row]!)));
          expect(plan.labelWeights[2 * row]).toBeCloseTo(1 - side ** 2 / size, 6);
        }
      },
    ), { seed: 3, numRuns: 100 });
  });

  it('takes the first of equal windows', () => {
    const attention = hostTensor('float32', [1, 3, 3], new Float32Array(9).fill(0.5));
    const plan = smmixPlan({ height: 6, width: 6, partner: [0], attention, side: 2 });
    expect(Array.from(plan.boxes)).toEqual([0, 0, 4, 4]);
    expect(Array.from(plan.crops!)).toEqual([0, 0, 4, 4]);
  });

  it('shows the pixels of the partner at their new place', () => {
    const attention = hostTensor('float32', [2, 1, 3], Float32Array.of(5, 0, 1, 1, 2, 9));
    const images = hostTensor('float32', [2, 1, 3, 1], Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(applyPlan(smmixPlan({ height: 1, width: 3, partner: [1, 0], attention, side: 1 }), images).data).toEqual(Float32Array.of(1, 6, 3, 1, 5, 6));
  });

  it('refuses what does not fit', () => {
    const attention = drawnMaps(1, [2, 4, 4]);
    const choice = { height: 8, width: 8, partner: [1, 0], attention, side: 2 };
    expect(() => smmixPlan({ ...choice, width: 9 })).toThrow(new RangeError('smmixPlan: images must be multiples of the grid 4 × 4, got 8 × 9'));
    expect(() => smmixPlan({ ...choice, side: 5 })).toThrow('smmixPlan: side must be at most 4, got 5');
    expect(() => smmixPlan({ ...choice, side: 1.5 })).toThrow('smmixPlan: side must be a whole number >= 0, got 1.5');
    expect(() => smmixPlan({ ...choice, partner: [1, 2] })).toThrow(/partner\[1\] must be a whole number in \[0, 2\), got 2/);
    expect(() => smmixPlan({ ...choice, attention: hostTensor('float32', [2, 16], new Float32Array(32)) })).toThrow('smmixPlan: attention must have shape [2, height, width], got [2, 16]');
    const hole = drawnMaps(1, [2, 4, 4]);
    hole.data[3] = Number.NaN;
    expect(() => smmixPlan({ ...choice, attention: hole })).toThrow('smmixPlan: attention[3] must be >= 0 and finite, got NaN');
  });
});

describe('smmix', () => {
  it.each([[1, 6, 4, 1], [5, 4, 8, 3], [4, 1, 1, 1]] as const)('works on %d images with a grid of %d × %d', (rows, gridHeight, gridWidth, channels) => {
    const [height, width] = [gridHeight * 2, gridWidth * 3];
    const plan = smmix()(createRng(2), { rows, height, width, attention: drawnMaps(5, [rows, gridHeight, gridWidth]) }) as BoxPlan;
    expect(plan.boxes).toHaveLength(4 * rows);
    expect(plan.sources.filter((_, i) => i % 2 === 1)).toEqual(Int32Array.from({ length: rows }, (_, row) => rows - 1 - row));
    expect(applyPlan(plan, drawnImages(6, [rows, height, width, channels])).shape).toEqual([rows, height, width, channels]);
    expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
  });

  it('draws every side alike, over 10⁵ draws: 3 … 10 of 14, 2 … 6 of 8', () => {
    const sides = (grid: number, draws: number): Float64Array => {
      const [policy, rng] = [smmix(), createRng(8)];
      const batch = { rows: 1, height: grid, width: grid, attention: drawnMaps(7, [1, grid, grid]) };
      const shares = new Float64Array(grid);
      for (let i = 0; i < draws; i++) shares[Math.round(grid * Math.sqrt(policy(rng, batch).labelWeights[1]!))]! += 1 / draws;
      return shares;
    };
    expect(Array.from(sides(14, 500), (share) => share > 0)).toEqual(Array.from({ length: 14 }, (_, side) => side >= 3 && side <= 10));
    sides(8, 1e5).forEach((share, side) => expect(Math.abs(share - (side >= 2 && side <= 6 ? 0.2 : 0))).toBeLessThan(0.006));
  });

  it('refuses ranges and batches that are none', () => {
    expect(() => smmix({ range: [0.8, 0.5] })).toThrow(new RangeError('smmix: range must not fall, got [0.8, 0.5]'));
    expect(() => smmix({ range: [0, 1.5] })).toThrow('smmix: range[1] must be in [0, 1], got 1.5');
    expect(() => smmix({ partner: 'next' as 'roll' })).toThrow("smmix: partner must be one of permutation, reverse, roll, redraw, got 'next'");
    expect(() => smmix()(createRng(1), { rows: 2, height: 4, width: 4 })).toThrow('smmix: batch.attention is missing, the policy needs it');
  });
});
