import { createRng, type HostTensor, uniform } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectorOf } from '../../fixtures.ts';
import { applyBeta, fitBeta } from './beta-calibration.ts';
import { applyHistogram, fitHistogram } from './histogram-binning.ts';
import { applyIsotonic, fitIsotonic } from './isotonic-regression.ts';
import { applyPlatt, fitPlatt } from './platt-scaling.ts';

/** Scores in (0, 1) and outcomes whose rate is a power of them. */
function drawn(seed: number, n: number, power = 2): { scores: HostTensor<'float64'>; outcomes: Int32Array } {
  const rng = createRng(seed);
  const scores = vectorOf(Array.from({ length: n }, () => uniform(rng)));
  return { scores, outcomes: Int32Array.from(scores.data, (s) => (uniform(rng) < s ** power ? 1 : 0)) };
}

const brier = (p: Float64Array, outcomes: Int32Array): number => p.reduce((sum, q, i) => sum + (q - outcomes[i]!) ** 2, 0) / p.length;
const nll = (p: Float64Array, targets: ArrayLike<number>): number => -p.reduce((sum, q, i) => sum + (targets[i] === 1 ? Math.log(q) : Math.log1p(-q)), 0) / p.length;

const someScores = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }).map((s) => s / 12), fc.integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 40 })
  .map((pairs) => ({ scores: vectorOf(pairs.map(([s]) => s)), outcomes: pairs.map(([, o]) => o) }));

describe('fitIsotonic', () => {
  it('is monotone and keeps the mean', () => {
    fc.assert(fc.property(someScores, fc.boolean(), ({ scores, outcomes }, increasing) => {
      const found = fitIsotonic(scores, outcomes, { increasing });
      const mapped = applyIsotonic(found, scores).data;
      expect(mapped.reduce((a, b) => a + b, 0)).toBeCloseTo(outcomes.reduce((a, b) => a + b, 0), 10);
      const grid = applyIsotonic(found, vectorOf(Array.from({ length: 101 }, (_, i) => i / 100))).data;
      grid.slice(1).forEach((q, i) => expect(increasing ? q >= grid[i]! - 1e-15 : q <= grid[i]! + 1e-15).toBe(true));
      expect(found.x.every((x, i) => i === 0 || x > found.x[i - 1]!)).toBe(true);
    }), { seed: 1, numRuns: 300 });
  });

  it('has the least squared error of all monotone maps', () => {
    // max–min formula: the value at the i-th distinct score is max over starts, min over ends of the mean between
    fc.assert(fc.property(someScores, ({ scores, outcomes }) => {
      const groups = [...new Set(scores.data)].sort((a, b) => a - b).map((x) => ({ x, events: outcomes.filter((_, i) => scores.data[i] === x) }));
      const mean = (from: number, to: number): number => { const all = groups.slice(from, to + 1).flatMap(({ events }) => events); return all.reduce((a, b) => a + b, 0) / all.length; };
      const exact = groups.map((_, i) => Math.max(...groups.slice(0, i + 1).map((__, from) => Math.min(...groups.slice(i).map((___, more) => mean(from, i + more))))));
      const mapped = applyIsotonic(fitIsotonic(scores, outcomes), vectorOf(groups.map(({ x }) => x))).data;
      exact.forEach((y, i) => expect(mapped[i]).toBeCloseTo(y, 12));
    }), { seed: 2, numRuns: 200 });
  });

  it('is no worse on its data than the scores, or their histogram if that is monotone', () => {
    const { scores, outcomes } = drawn(3, 2000);
    const isotonic = brier(applyIsotonic(fitIsotonic(scores, outcomes), scores).data, outcomes);
    const histogram = fitHistogram(scores, outcomes, { bins: 4 });
    expect(histogram.values.every((v, i) => i === 0 || v >= histogram.values[i - 1]!)).toBe(true);
    expect(isotonic).toBeLessThanOrEqual(brier(scores.data, outcomes));
    expect(isotonic).toBeLessThanOrEqual(brier(applyHistogram(histogram, scores).data, outcomes));
  });

  it('keeps the order of tied scores where asked to', () => {
    const tied = fitIsotonic([0.1, 0.2, 0.3, 0.4], [0, 1, 0, 1], { interpolateTies: true });
    const [low, high] = applyIsotonic(tied, [0.2, 0.25]).data;
    expect(high).toBeGreaterThan(low!);
    expect(high! - low!).toBeLessThan(1e-9);
  });
});

describe('fitPlatt', () => {
  it('is where the derivatives of the NLL of smoothed targets vanish', () => {
    const { scores, outcomes } = drawn(4, 300);
    for (const [scale, shift] of [[1, 0], [1e4, -3e3], [1e-3, 5]] as const) {
      const moved = vectorOf(scores.data.map((s) => scale * s + shift));
      const p = applyPlatt(fitPlatt(moved, outcomes), moved).data;
      const events = outcomes.reduce((a, b) => a + b, 0);
      const residuals = p.map((q, i) => q - (outcomes[i] === 1 ? (events + 1) / (events + 2) : 1 / (300 - events + 2)));
      expect(Math.abs(residuals.reduce((a, b) => a + b, 0))).toBeLessThan(1e-7);
      expect(Math.abs(residuals.reduce((sum, r, i) => sum + r * scores.data[i]!, 0))).toBeLessThan(1e-7);
    }
  });

  it('does not run away on separable scores', () => {
    expect(fitPlatt([-2, -1, 1, 2], [0, 0, 1, 1])).toMatchObject({ warnings: [] });
  });
});

describe('fitBeta', () => {
  it('recovers a map of its own kind', () => {
    const { scores } = drawn(5, 50_000);
    const rng = createRng(9);
    const truth = { a: 2, b: 0.5, c: 0.3 };
    const events = Int32Array.from(applyBeta(truth, scores).data, (q) => (uniform(rng) < q ? 1 : 0));
    const [found, exact] = [fitBeta(scores, events), truth].map((map) => applyBeta(map, scores).data);
    expect(Math.max(...found!.map((q, i) => Math.abs(q - exact![i]!)))).toBeLessThan(0.015);
  });

  it('improves what is miscalibrated', () => {
    const { scores, outcomes } = drawn(5, 2000);
    expect(nll(applyBeta(fitBeta(scores, outcomes), scores).data, outcomes)).toBeLessThan(nll(scores.data, outcomes));
  });

  it('is the best of all maps with a, b ≥ 0', () => {
    const rng = createRng(10);
    for (let seed = 0; seed < 40; seed++) {
      const { scores, outcomes } = drawn(seed, 30, seed % 2 === 0 ? 0 : 0.5 + (seed % 5));
      const events = outcomes.map((o, i) => (seed % 4 === 0 ? (uniform(rng) < 1 - scores.data[i]! ? 1 : 0) : o));
      if (new Set(events).size < 2) continue;
      const found = fitBeta(scores, events);
      const loss = (map: Parameters<typeof applyBeta>[0]): number => nll(applyBeta(map, scores).data, events);
      expect(Math.min(found.a, found.b)).toBeGreaterThanOrEqual(0);
      for (let trial = 0; trial < 200; trial++) {
        const size = 10 ** -(trial % 5);
        const near = (x: number): number => Math.max(0, x + size * (uniform(rng) - 0.5));
        expect(loss(found)).toBeLessThanOrEqual(loss({ a: near(found.a), b: near(found.b), c: found.c + size * (uniform(rng) - 0.5) }) + 1e-10);
      }
    }
  });

  it("has the variants' forms", () => {
    const { scores, outcomes } = drawn(6, 500);
    const am = fitBeta(scores, outcomes, { variant: 'am' });
    expect(am.a).toBe(am.b);
    expect(applyBeta(fitBeta(scores, outcomes, { variant: 'ab' }), [0.5]).data[0]).toBeCloseTo(0.5, 14);
  });

  it('is finite at 0 and 1, and says so when scores separate the outcomes', () => {
    const found = fitBeta([0, 0.1, 0.9, 1], [0, 0, 1, 1]);
    expect(found.warnings).toEqual([expect.stringMatching(/no optimum: the scores separate the outcomes/)]);
    expect(applyBeta(found, [0, 0.5, 1]).data.every(Number.isFinite)).toBe(true);
  });
});

describe('fitHistogram', () => {
  it('gives empty bins their centre, or the value of the nearest', () => {
    expect(fitHistogram([0.1, 0.9, 0.95], [1, 1, 0], { bins: 4 }).values).toEqual([1, 0.375, 0.625, 0.5]);
    expect(fitHistogram([0.1, 0.9, 0.95], [1, 1, 0], { bins: 4, empty: 'nearest' }).values).toEqual([1, 1, 0.5, 0.5]);
  });

  it('cuts groups of equal mass halfway between them, never inside a tie', () => {
    expect(fitHistogram([0.1, 0.2, 0.3, 0.4], [0, 1, 1, 1], { bins: 2, binning: 'mass' })).toMatchObject({ edges: [0.25], values: [0.5, 1] });
    expect(fitHistogram([0.2, 0.2, 0.2, 0.4], [0, 1, 1, 1], { bins: 2, binning: 'mass' })).toMatchObject({ edges: [], values: [0.75] });
  });

  it('puts an edge into the bin below', () => {
    expect(applyHistogram({ edges: [0.25, 0.5], values: [1, 2, 3] }, [0, 0.25, 0.26, 0.5, 1]).data).toEqual(Float64Array.of(1, 1, 2, 2, 3));
  });
});

describe('scores that tell nothing apart', () => {
  it.each([fitPlatt, fitBeta, fitIsotonic, fitHistogram])('are a constant map with a warning: %o', (fit) => {
    expect(fit([0.4], [1]).warnings).toEqual(['constant map: 1 sample']);
    expect(fit([0.4, 0.6], [0, 0]).warnings).toEqual(['constant map: every outcome is 0']);
  });

  it('give the smoothed rate of events, or the rate', () => {
    expect(applyPlatt(fitPlatt([0.2, 0.7, 0.9], [1, 1, 1]), [0, 1]).data).toEqual(Float64Array.of(0.8, 0.8));
    expect(applyBeta(fitBeta([0.2, 0.7, 0.9], [1, 1, 1]), [0.1, 0.9]).data.every((p) => Math.abs(p - 0.8) < 1e-15)).toBe(true);
    expect(applyIsotonic(fitIsotonic([0.2, 0.7], [1, 1]), [0, 1]).data).toEqual(Float64Array.of(1, 1));
  });

  it('may be equal', () => {
    const equal = [0.5, 0.5, 0.5, 0.5];
    expect(applyIsotonic(fitIsotonic(equal, [0, 1, 1, 1]), [0, 0.5]).data).toEqual(Float64Array.of(0.75, 0.75));
    expect(applyPlatt(fitPlatt(equal, [0, 1, 1, 1]), [0.5]).data[0]).toBeCloseTo((3 * 0.8 + 1 / 3) / 4, 12);
    expect(applyBeta(fitBeta(equal, [0, 1, 1, 1]), [0.5]).data[0]).toBeCloseTo(0.75, 9);
  });
});

it('names what it cannot use', () => {
  expect(() => fitIsotonic([0.1, NaN], [0, 1])).toThrow('fitIsotonic: scores: row 1 must be finite, got NaN');
  expect(() => fitBeta([0.1, 1.5], [0, 1])).toThrow('fitBeta: scores: row 1 must be in [0, 1], got 1.5');
  expect(() => fitPlatt([0.1, 1], [0, 2])).toThrow('fitPlatt: labels: row 1 must be a whole number in [0, 2), got 2');
  expect(() => fitPlatt([0.1, 1], [0])).toThrow('fitPlatt: labels: expected one for each of 2 rows, got 1');
  expect(() => fitHistogram([0.1], [0], { bins: 0 })).toThrow('fitHistogram: bins must be a whole number >= 1, got 0');
  expect(() => fitBeta([0.1], [0], { variant: 'x' as 'am' })).toThrow("fitBeta: variant must be 'abm', 'am' or 'ab', got 'x'");
});
