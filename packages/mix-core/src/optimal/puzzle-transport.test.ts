import { createRng, integer, uniform } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placingCost } from './block-assignment.ts';
import { puzzleTransport, type TransportChoice } from './puzzle-transport.ts';

function drawn(seed: number, rows: number, columns: number): TransportChoice {
  const rng = createRng(seed);
  const mask = Float64Array.from({ length: rows * columns }, () => integer(rng, 0, 3) / 2);
  const saliency = Float64Array.from(mask, () => (uniform(rng) ** 4 * 5) / mask.length);
  return { rows, columns, mask, saliency, eps: [0.05, 0.8][integer(rng, 0, 2)]! };
}

/** Σ over places of what it costs to show their block there. */
const costOf = ({ rows, columns, mask, saliency, eps = 0.8 }: TransportChoice, tiles: Int32Array): number => {
  const grid = { rows, columns, unit: eps / (Math.max(rows, columns) - 1) ** 2, saliency, shown: Uint8Array.from(mask, (weight) => Number(weight > 0)) };
  return tiles.reduce((sum, block, place) => sum + placingCost(grid, block, place), 0);
};

/** The rounds of the authors' code on whole matrices, [source, place], as a mathematician would write them down. */
function roundsByMatrices({ rows, columns, mask, saliency, eps = 0.8 }: TransportChoice): Int32Array {
  const count = rows * columns;
  const numbers = Array.from({ length: count }, (_, i) => i);
  const far = (i: number, j: number): number => (Math.floor(i / columns) - Math.floor(j / columns)) ** 2 + ((i % columns) - (j % columns)) ** 2;
  const cost = numbers.map((i) => Float32Array.from(numbers, (j) => (eps * far(i, j)) / (Math.max(rows, columns) - 1) ** 2 - (mask[j]! > 0 ? saliency[i]! : 0)));
  let wins = numbers.map(() => numbers.map(() => 0));
  for (let round = 0; round < Math.max(rows, columns); round++) {
    const picks = cost.map((row) => row.indexOf(Math.min(...row)));
    const fight = (i: number, j: number): number => (picks[i] === j ? cost[i]![j]! : 0);
    const winner = numbers.map((j) => numbers.reduce((best, i) => (fight(i, j) < fight(best, j) ? i : best), 0));
    wins = numbers.map((i) => numbers.map((j) => Number(picks[i] === j && winner[j] === i)));
    picks.forEach((j, i) => { cost[i]![j]! += 1 - wins[i]![j]!; });
  }
  return Int32Array.from(numbers, (j) => numbers.findIndex((i) => wins[i]![j] === 1));
}

const sides = fc.record({ rows: fc.integer({ min: 2, max: 6 }), columns: fc.integer({ min: 2, max: 6 }), seed: fc.nat(1e6) });

describe('puzzleTransport', () => {
  it("'assignment' shows every block once, and costs no more than leaving all in place", () => {
    fc.assert(fc.property(sides, ({ rows, columns, seed }) => {
      const choice = drawn(seed, rows, columns);
      const tiles = puzzleTransport(choice);
      expect(new Set(tiles).size).toBe(rows * columns);
      expect(costOf(choice, tiles)).toBeLessThanOrEqual(costOf(choice, puzzleTransport({ ...choice, transport: 'none' })) + 1e-12);
    }), { seed: 1, numRuns: 150 });
  });

  it("'reference' is the rounds of the authors' code", () => {
    fc.assert(fc.property(sides, ({ rows, columns, seed }) => {
      const choice = { ...drawn(seed, rows, columns), transport: 'reference' as const };
      expect(Array.from(puzzleTransport(choice))).toEqual(Array.from(roundsByMatrices(choice)));
    }), { seed: 2, numRuns: 100 });
  });

  it('moves a salient block next to the mask into it, not one that is far away', () => {
    const choice = { rows: 1, columns: 6, mask: [1, 1, 0, 0, 0, 0], saliency: [0, 0, 0.4, 0, 0, 0.4] };
    expect(Array.from(puzzleTransport(choice))).toEqual([0, 2, 1, 3, 4, 5]); // the block beside it: 0.8 · 2/25 < 0.4 < 0.8 · 16/25
  });

  it('takes several images at once', () => {
    for (const transport of ['assignment', 'reference'] as const) {
      const images = [1, 2, 3].map((seed) => ({ ...drawn(seed, 3, 4), eps: 0.8, transport }));
      const joined = (name: 'mask' | 'saliency'): number[] => images.flatMap((image) => Array.from(image[name]));
      const together = puzzleTransport({ ...images[0]!, mask: joined('mask'), saliency: joined('saliency') });
      expect(Array.from(together)).toEqual(images.flatMap((image) => Array.from(puzzleTransport(image))));
    }
  });

  it('leaves a single block, and everything on request', () => {
    expect(Array.from(puzzleTransport({ rows: 1, columns: 1, mask: [1], saliency: [1] }))).toEqual([0]);
    expect(Array.from(puzzleTransport({ ...drawn(3, 2, 2), transport: 'none' }))).toEqual([0, 1, 2, 3]);
  });

  it('refuses what does not fit', () => {
    const choice = drawn(1, 2, 2);
    expect(() => puzzleTransport({ ...choice, rows: 0 })).toThrow(new RangeError('puzzleTransport: rows must be a whole number >= 1, got 0'));
    expect(() => puzzleTransport({ ...choice, mask: [1, 0, 0] })).toThrow(new RangeError('puzzleTransport: mask must have 4 values for each image, got 3'));
    expect(() => puzzleTransport({ ...choice, mask: [1, 0, 0, 2] })).toThrow(new RangeError('puzzleTransport: mask[3] must be in [0, 1], got 2'));
    expect(() => puzzleTransport({ ...choice, saliency: [1, Number.NaN, 0, 0] })).toThrow(new RangeError('puzzleTransport: saliency[1] must be >= 0, got NaN'));
    expect(() => puzzleTransport({ ...choice, saliency: [1] })).toThrow(new RangeError('puzzleTransport: saliency must have 4 values, as mask, got 1'));
    expect(() => puzzleTransport({ ...choice, eps: -1 })).toThrow(new RangeError('puzzleTransport: eps must be >= 0, got -1'));
    expect(() => puzzleTransport({ ...choice, transport: 'sinkhorn' as 'none' })).toThrow("puzzleTransport: transport must be 'assignment', 'reference' or 'none', got 'sinkhorn'");
  });
});
