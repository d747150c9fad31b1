import { describe, expect, it } from 'vitest';
import { gammaDistribution, kolmogorov, meanError, sample, shareError, shareOf } from './fixtures.ts';
import { gamma } from './gamma.ts';
import { createRng } from './rng.ts';

describe('gamma', () => {
  it('gives the numbers it has always given', () => {
    const three = (shape: number, scale: number): number[] => {
      const rng = createRng(2026);
      return [gamma(rng, shape, scale), gamma(rng, shape, scale), gamma(rng, shape, scale)];
    };
    expect(three(0.5, 1)).toEqual([0.49140841478326625, 0.4017658195626679, 0.005905081234889639]);
    expect(three(2.5, 3)).toEqual([4.21549449313733, 3.8033081845620993, 24.90934393815639]);
    expect(three(0.001, 1)).toEqual([3.994387730357508e-112, 0, 2.7104458536843043e-220]);
  });

  // Γ(shape + 1)
  it.each([[0.3, 0.8974706963062772], [1, 1], [2.5, 3.323350970447843]])('has the gamma distribution of shape %s', (shape, gammaOfNext) => {
    const rng = createRng(1);
    const values = sample(40_000, () => gamma(rng, shape, 2));
    expect(kolmogorov(values.map((x) => x / 2), gammaDistribution(shape, gammaOfNext))).toBeLessThan(1.95);
  });

  it.each([0.001, 0.05, 1, 30, 1e6, 1e15])('has the mean and variance of shape %s', (shape) => {
    const rng = createRng(2);
    const values = sample(40_000, () => gamma(rng, shape, 3));
    expect(meanError(values, 3 * shape, 9 * shape)).toBeLessThan(4);
    const fourth = 81 * (3 * shape ** 2 + 6 * shape);
    expect(meanError(values.map((x) => (x - 3 * shape) ** 2), 9 * shape, fourth - (9 * shape) ** 2)).toBeLessThan(4);
  });

  it('keeps small shapes in the logarithm until the scale has brought them back', () => {
    const [a, b] = [createRng(4), createRng(4)];
    const n = 5000;
    const saved = sample(n, () => Number(gamma(a, 0.001) === 0) * Number(gamma(b, 0.001, 1e300) > 0));
    // P(2⁻¹⁰⁷⁵ / 1e300 < G < 2⁻¹⁰⁷⁵)
    expect(shareError(shareOf(saved, (x) => x === 1), 0.2369, n)).toBeLessThan(4);
  });

  it.each([[0, 1, 'shape'], [-1, 1, 'shape'], [NaN, 1, 'shape'], [1, 0, 'scale'], [1, Infinity, 'scale']])('refuses shape = %s, scale = %s', (shape, scale, name) => {
    expect(() => gamma(createRng(1), shape, scale)).toThrow(new RangeError(`gamma: ${name} must be > 0 and finite, got ${name === 'shape' ? shape : scale}`));
  });
});
