import { createRng, integer, uniform } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridCut } from './grid-cut.ts';
import { gridEnergy, type GridProblem } from './grid-problem.ts';
import { swapMoves } from './swap-moves.ts';

const squared = (labels: number): number[] => Array.from({ length: labels * labels }, (_, at) => ((Math.floor(at / labels) - (at % labels)) / Math.max(labels - 1, 1)) ** 2);
const potts = (labels: number): number[] => Array.from({ length: labels * labels }, (_, at) => Number(at % (labels + 1) !== 0));

/** Random costs, whole numbers (ties) or not. */
function drawn(seed: number, height: number, width: number, labelCost: readonly number[], whole: boolean): GridProblem {
  const rng = createRng(seed);
  const labels = Math.sqrt(labelCost.length);
  const draw = (most: number): number => (whole ? integer(rng, 0, most) : most * uniform(rng));
  const values = (length: number, most: number): Float64Array => Float64Array.from({ length }, () => draw(most));
  return { height, width, unary: values(height * width * labels, 9).map((value) => value - 4), vertical: values((height - 1) * width, 6), horizontal: values(height * (width - 1), 6), labelCost };
}

/** The least energy of all labellings. */
function bruteForce(problem: GridProblem): number {
  const cells = problem.height * problem.width;
  const labels = Math.sqrt(problem.labelCost.length);
  const labelling = new Int32Array(cells);
  let least = Infinity;
  for (let number = 0; number < labels ** cells; number++) {
    for (let cell = 0, rest = number; cell < cells; cell++, rest = Math.floor(rest / labels)) labelling[cell] = rest % labels;
    least = Math.min(least, gridEnergy(problem, labelling));
  }
  return least;
}

/** Sizes whose labellings can be counted. */
const small = fc.record({ height: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 4 }), labels: fc.integer({ min: 1, max: 4 }), seed: fc.nat(1e6), whole: fc.boolean() })
  .filter(({ height, width, labels }) => labels ** (height * width) <= 20_000);

describe('gridCut', () => {
  it('finds the least energy of all labellings for two, three and four ordered labels', () => {
    fc.assert(fc.property(small, ({ height, width, labels, seed, whole }) => {
      const problem = drawn(seed, height, width, squared(labels), whole);
      const { labels: found, energy, exact } = gridCut(problem);
      expect(exact).toBe(true);
      expect(energy).toBeCloseTo(gridEnergy(problem, found), 12);
      expect(energy).toBeCloseTo(bruteForce(problem), 9);
    }), { seed: 1, numRuns: 150 });
  });

  it('finds the least energy for labels that only agree or not, and for any cost of two labels', () => {
    fc.assert(fc.property(small, fc.boolean(), ({ height, width, labels, seed, whole }, any) => {
      const rng = createRng(seed + 1);
      const problem = drawn(seed, height, width, any ? potts(labels).map(() => uniform(rng) - 0.3) : potts(labels), whole);
      const { energy, exact } = gridCut(problem);
      expect(exact).toBe(true);
      expect(energy).toBeCloseTo(bruteForce(problem), 9);
    }), { seed: 2, numRuns: 150 });
  });

  it('takes any convex function of the difference as ordered, not one that is cut off', () => {
    const cost = (f: (distance: number) => number): number[] => Array.from({ length: 16 }, (_, at) => f(Math.abs(Math.floor(at / 4) - (at % 4)) / 10));
    for (const labelCost of [cost((d) => d), cost((d) => d ** 3), cost((d) => Math.min(d, 0.15))]) {
      const problem = drawn(5, 2, 3, labelCost, false);
      expect(gridCut(problem).energy).toBeCloseTo(bruteForce(problem), 9);
    }
  });

  it('agrees with dynamic programming on grids too large to count', () => {
    for (let seed = 0; seed < 20; seed++) {
      const problem = drawn(seed, 9, 5, squared(3), seed % 2 === 0);
      // a cost that is not ordered, too high to be chosen, sends the same problem the other way
      const costs = squared(4).map((_, at) => (at % 4 < 3 && at < 12 ? squared(3)[Math.floor(at / 4) * 3 + (at % 4)]! : at === 15 ? 5 : 0));
      const unary = Float64Array.from({ length: 45 * 4 }, (_, at) => (at % 4 === 3 ? 1e4 : problem.unary[Math.floor(at / 4) * 3 + (at % 4)]!));
      const found = gridCut({ ...problem, unary, labelCost: costs });
      expect(found.exact).toBe(true);
      expect(gridCut(problem).energy).toBeCloseTo(found.energy, 9);
    }
  });

  it('is at least as good on 64 × 64 as swap moves, and labels need not be integers’ costs', () => {
    const problem = drawn(3, 64, 64, squared(3), false);
    const { energy } = gridCut(problem);
    expect(energy).toBeLessThanOrEqual(gridEnergy(problem, swapMoves(problem, new Int32Array(64 * 64))) + 1e-9);
  });

  it('chooses the least labels where several labellings cost the same', () => {
    expect(Array.from(gridCut({ height: 1, width: 3, unary: new Float64Array(9), vertical: [], horizontal: [1, 1], labelCost: squared(3) }).labels)).toEqual([0, 0, 0]);
  });

  it('never ends above where swap moves start, on grids too wide for anything else', () => {
    for (let seed = 0; seed < 4; seed++) {
      const problem = drawn(seed, 16, 16, potts(8), false);
      const rng = createRng(seed);
      const start = Int32Array.from({ length: 256 }, () => integer(rng, 0, 8));
      const found = gridCut(problem, start);
      expect(found.exact).toBe(false);
      expect(found.energy).toBeLessThan(gridEnergy(problem, start));
    }
  });

  it('refuses what is no problem', () => {
    const problem = drawn(0, 2, 2, potts(2), false);
    expect(() => gridCut({ ...problem, height: 0 })).toThrow(new RangeError('gridCut: height must be a whole number >= 1, got 0'));
    expect(() => gridCut({ ...problem, unary: [1] })).toThrow(new RangeError('gridCut: unary must have 8 values, got 1'));
    expect(() => gridCut({ ...problem, vertical: [1, -1] })).toThrow(new RangeError('gridCut: vertical[1] must be >= 0, got -1'));
    expect(() => gridCut({ ...problem, horizontal: [1, Number.NaN] })).toThrow(new RangeError('gridCut: horizontal[1] must be >= 0, got NaN'));
    expect(() => gridCut({ ...problem, unary: [0, 0, 0, 0, 0, Infinity, 0, 0] })).toThrow(new RangeError('gridCut: unary[5] must be finite, got Infinity'));
    expect(() => gridCut({ ...problem, labelCost: [1, 2] })).toThrow(new RangeError('gridCut: labelCost must have labels · labels values, got 2'));
    expect(() => gridCut(drawn(0, 12, 12, potts(8).map((cost) => -cost), false))).toThrow('gridCut: labelCost must be 0 for equal labels');
  });
});
