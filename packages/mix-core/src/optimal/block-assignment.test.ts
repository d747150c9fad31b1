import { createRng, integer, uniform } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockAssignment, type BlockGrid, placingCost } from './block-assignment.ts';

const costOf = (grid: BlockGrid, places: ArrayLike<number>): number => Array.from(places).reduce((sum, place, block) => sum + placingCost(grid, block, place), 0);

function drawn(seed: number, rows: number, columns: number): BlockGrid {
  const rng = createRng(seed);
  const whole = integer(rng, 0, 2) === 1; // ties
  const shown = Uint8Array.from({ length: rows * columns }, () => integer(rng, 0, 2));
  const saliency = Float64Array.from(shown, () => (whole ? integer(rng, 0, 4) : 3 * uniform(rng) ** 4));
  return { rows, columns, unit: [0, 0.02, 0.3, 1][integer(rng, 0, 4)]!, saliency, shown };
}

/** The least cost over all permutations. */
function cheapest(grid: BlockGrid, used: readonly number[] = []): number {
  const size = grid.rows * grid.columns;
  if (used.length === size) return costOf(grid, used);
  return Math.min(...Array.from({ length: size }, (_, place) => place).filter((place) => !used.includes(place)).map((place) => cheapest(grid, [...used, place])));
}

const sides = fc.record({ rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 12 }), seed: fc.nat(1e6) });

describe('blockAssignment', () => {
  it('is the cheapest of all permutations of few blocks', () => {
    fc.assert(fc.property(sides.filter(({ rows, columns }) => rows * columns <= 6), ({ rows, columns, seed }) => {
      const grid = drawn(seed, rows, columns);
      const { places } = blockAssignment(grid)();
      expect(Array.from(places).sort((a, b) => a - b)).toEqual(Array.from(places.keys()));
      expect(costOf(grid, places)).toBeCloseTo(cheapest(grid), 9);
    }), { seed: 1, numRuns: 100 });
  });

  it('proves by its prices that no permutation is cheaper', () => {
    fc.assert(fc.property(sides, ({ rows, columns, seed }) => {
      const grid = drawn(seed, rows, columns);
      const { places, blockPrices, placePrices } = blockAssignment(grid)();
      expect(new Set(places).size).toBe(rows * columns);
      let least = Infinity;
      blockPrices.forEach((price, block) => placePrices.forEach((other, place) => { least = Math.min(least, placingCost(grid, block, place) - price - other); }));
      expect(least).toBeGreaterThan(-1e-9);
      expect(costOf(grid, places)).toBeCloseTo([...blockPrices, ...placePrices].reduce((a, b) => a + b, 0), 9);
    }), { seed: 2, numRuns: 150 });
  });

  it('can be asked again when saliency and what is shown have changed', () => {
    const [first, second] = [drawn(1, 6, 5), drawn(2, 6, 5)];
    const grid = { ...first, saliency: Float64Array.from(first.saliency), shown: first.shown.slice() };
    const assign = blockAssignment(grid);
    assign();
    grid.saliency.set(Float64Array.from(second.saliency));
    grid.shown.set(second.shown);
    expect(Array.from(assign().places)).toEqual(Array.from(blockAssignment({ ...second, unit: grid.unit })().places));
  });

  it('leaves everything in place where nothing shows, or all', () => {
    for (const show of [0, 1]) {
      const grid = { ...drawn(1, 4, 5), unit: 0.1, shown: new Uint8Array(20).fill(show) };
      expect(Array.from(blockAssignment(grid)().places)).toEqual(Array.from({ length: 20 }, (_, block) => block));
    }
  });
});
