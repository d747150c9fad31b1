import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beta } from './beta.ts';
import { kolmogorov, meanError, sample, shareError, shareOf, symmetricBetaDistribution } from './fixtures.ts';
import { createRng } from './rng.ts';

describe('beta', () => {
  it('gives the numbers it has always given', () => {
    const three = (a: number, b: number): number[] => {
      const rng = createRng(2026);
      return [beta(rng, a, b), beta(rng, a, b), beta(rng, a, b)];
    };
    expect(three(0.001, 0.001)).toEqual([0, 1, 4.829397452687168e-291]);
    expect(three(0.2, 0.2)).toEqual([0.424166208683153, 0.999625829391662, 0.020463733851001316]);
    expect(three(1, 1)).toEqual([0.2791428128308714, 0.8139130669609151, 0.154758386708521]);
    expect(three(5, 2)).toEqual([0.7638869622011846, 0.19123729434916395, 0.509101002859322]);
  });

  // B(alpha, alpha)
  it.each([[0.2, 9.50150138988437], [1, 1], [5, 0.0015873015873015873]])('has the beta distribution of alpha = %s', (alpha, betaOfAlpha) => {
    const rng = createRng(1);
    expect(kolmogorov(sample(40_000, () => beta(rng, alpha, alpha)), symmetricBetaDistribution(alpha, betaOfAlpha))).toBeLessThan(1.95);
  });

  it('puts the mass of alpha = 0.001 where it belongs, hundreds of orders of magnitude down', () => {
    const rng = createRng(2);
    const n = 100_000;
    const values = sample(n, () => beta(rng, 0.001, 0.001));
    // the regularised incomplete beta function, by SciPy 1.17; what is below the smallest double is 0
    const masses = [[0, 0.2373359200695648], [1e-300, 0.25059402842244344], [1e-100, 0.3971647697181375], [1e-10, 0.4886194130511643], [0.1, 0.4989033054258321], [0.5, 0.5], [0.9, 0.5010966945741679], [1 - 1e-10, 0.5113805869488357]] as const;
    for (const [x, mass] of masses) expect(shareError(shareOf(values, (value) => value <= x), mass, n)).toBeLessThan(4);
    // a sampler that is biased for small alpha (gammas that underflow, logarithms of 0) has too few values strictly between
    const between = 1 - 2 * masses[4][1];
    expect(shareError(shareOf(values, (value) => value > 0.1 && value < 0.9), between, n)).toBeLessThan(4);
    expect(meanError(values, 0.5, 0.24950099800399203)).toBeLessThan(4);
  });

  it.each([[0.001, 1], [0.05, 0.2], [0.5, 3], [2, 40], [300, 100], [1e10, 1e10]])('has the mean and variance of Beta(%s, %s)', (a, b) => {
    const rng = createRng(3);
    const values = sample(40_000, () => beta(rng, a, b));
    const mean = a / (a + b);
    const variance = (a * b) / ((a + b) ** 2 * (a + b + 1));
    const kurtosis = 3 + (6 * ((a - b) ** 2 * (a + b + 1) - a * b * (a + b + 2))) / (a * b * (a + b + 2) * (a + b + 3));
    expect(meanError(values, mean, variance)).toBeLessThan(4);
    expect(meanError(values.map((x) => (x - mean) ** 2), variance, (kurtosis - 1) * variance ** 2)).toBeLessThan(4);
  });

  it('is a number in [0, 1] for all parameters that doubles can say', () => {
    const parameter = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
    fc.assert(fc.property(fc.integer(), parameter, parameter, (seed, a, b) => {
      const value = beta(createRng(seed), a, b);
      expect(value >= 0 && value <= 1).toBe(true);
    }), { seed: 1, numRuns: 2000 });
  });

  it('chooses between 0 and 1 in the right proportion where the parameters vanish', () => {
    const rng = createRng(4);
    const values = sample(20_000, () => beta(rng, 1e-310, 3e-310));
    expect(values.every((x) => x === 0 || x === 1)).toBe(true);
    expect(shareError(shareOf(values, (x) => x === 1), 0.25, values.length)).toBeLessThan(4);
  });

  it.each([[0, 1, 'a must be > 0 and finite, got 0'], [1, -2, 'b must be > 0 and finite, got -2'], [NaN, 1, 'a must be > 0 and finite, got NaN'], [1, Infinity, 'b must be > 0 and finite, got Infinity']])('refuses a = %s, b = %s', (a, b, message) => {
    expect(() => beta(createRng(1), a, b)).toThrow(new RangeError(`beta: ${message}`));
  });
});
