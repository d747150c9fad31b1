import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dirichlet } from './dirichlet.ts';
import { meanError, shareError } from './fixtures.ts';
import { createRng } from './rng.ts';

describe('dirichlet', () => {
  it('gives the numbers it has always given', () => {
    expect(Array.from(dirichlet(createRng(2026), [1, 2, 0.1]))).toEqual([0.39173665064965346, 0.5693498524657373, 0.03891349688460922]);
  });

  it('gives weights ≥ 0 that sum to 1, for all parameters that doubles can say', () => {
    const alpha = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
    fc.assert(fc.property(fc.integer(), fc.array(alpha, { minLength: 1, maxLength: 6 }), (seed, alphas) => {
      const weights = dirichlet(createRng(seed), alphas);
      expect(weights).toHaveLength(alphas.length);
      expect(weights.every((weight) => weight >= 0)).toBe(true);
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    }), { seed: 1, numRuns: 1000 });
  });

  it.each([[[1, 1, 1]], [[0.2, 3, 0.8]], [[20, 5, 10]]])('has the means, variances and covariances of %j', (alphas) => {
    const rng = createRng(1);
    const draws = Array.from({ length: 30_000 }, () => dirichlet(rng, alphas));
    const sum = alphas.reduce((a, b) => a + b);
    const means = alphas.map((alpha) => alpha / sum);
    for (const [i, mean] of means.entries()) {
      const variance = (mean * (1 - mean)) / (sum + 1);
      expect(meanError(Float64Array.from(draws, (w) => w[i]!), mean, variance)).toBeLessThan(4);
      for (const [j, other] of means.entries()) {
        const products = Float64Array.from(draws, (w) => (w[i]! - mean) * (w[j]! - other));
        const average = products.reduce((a, b) => a + b) / products.length;
        const spread = products.reduce((total, x) => total + (x - average) ** 2, 0) / products.length;
        expect(meanError(products, i === j ? variance : (-mean * other) / (sum + 1), spread)).toBeLessThan(4);
      }
    }
  });

  it('gives nearly all to one of them where alphas are small, in proportion to them', () => {
    const rng = createRng(2);
    const n = 20_000;
    const alphas = Float64Array.of(1e-4, 3e-4, 6e-4);
    const winners = Array.from({ length: n }, () => dirichlet(rng, alphas).findIndex((weight) => weight > 0.5));
    for (const [i, share] of [0.1, 0.3, 0.6].entries()) expect(shareError(winners.filter((winner) => winner === i).length / n, share, n)).toBeLessThan(4);
  });

  it('refuses no parameters, and parameters that are not > 0', () => {
    expect(() => dirichlet(createRng(1), [])).toThrow(new RangeError('dirichlet: alphas must not be empty'));
    expect(() => dirichlet(createRng(1), [1, 0])).toThrow(new RangeError('dirichlet: alphas[1] must be > 0 and finite, got 0'));
  });
});
