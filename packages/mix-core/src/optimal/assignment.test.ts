import { createRng, integer, uniform } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignment } from './assignment.ts';

const costOf = (cost: Float64Array, size: number, columns: Iterable<number>): number => Array.from(columns).reduce((sum, column, row) => sum + cost[row * size + column]!, 0);

function cheapest(cost: Float64Array, size: number, used: readonly number[] = []): number {
  if (used.length === size) return costOf(cost, size, used);
  return Math.min(...Array.from({ length: size }, (_, column) => column).filter((column) => !used.includes(column)).map((column) => cheapest(cost, size, [...used, column])));
}

describe('assignment', () => {
  it('is the cheapest of all permutations', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(1e6), fc.boolean(), (size, seed, whole) => {
      const rng = createRng(seed);
      const cost = Float64Array.from({ length: size * size }, () => (whole ? integer(rng, 0, 4) : uniform(rng) - 0.5));
      const columns = assignment(cost, size);
      expect(Array.from(columns).sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
      expect(costOf(cost, size, columns)).toBeCloseTo(cheapest(cost, size), 12);
    }), { seed: 1, numRuns: 200 });
  });

  it('finds a hidden assignment among 200 columns', () => {
    const rng = createRng(5);
    const size = 200;
    // costs over duals are ≥ 0, and 0 along the permutation row → 7 row + 3: that one is cheapest
    const [rows, columns] = [0, 1].map(() => Float64Array.from({ length: size }, () => 10 * uniform(rng))) as [Float64Array, Float64Array];
    const cost = Float64Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      return rows[row]! + columns[column]! + (column === (7 * row + 3) % size ? 0 : 0.01 + uniform(rng));
    });
    expect(Array.from(assignment(cost, size))).toEqual(Array.from({ length: size }, (_, row) => (7 * row + 3) % size));
  });

  it('leaves everything in place where that costs nothing', () => {
    const cost = Float64Array.from({ length: 36 }, (_, at) => Math.abs(Math.floor(at / 6) - (at % 6)));
    expect(Array.from(assignment(cost, 6))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
