import { createRng, hostTensor } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureNoiseFromDraws } from './feature-noise-from-draws.ts';
import { type FeatureNoiseData, type FeatureNoiseOptions, makeFeatureNoiseData } from './make-feature-noise-data.ts';

const make = (options: Partial<FeatureNoiseOptions> = {}, seed = 1): FeatureNoiseData =>
  makeFeatureNoiseData({ n: 50, patches: 5, dim: 12, rareFraction: 0.2, featureNoisePatches: 2, featureNoiseStrength: 0.05, sigma: 0.3, rng: createRng(seed), ...options });

/** Patch `patch` of sample `i` in the order class feature, feature noise, noise. */
function patchOf({ images, positions }: FeatureNoiseData, i: number, patch: number): number[] {
  const [, patches, dim] = images.shape as [number, number, number];
  const at = (i * patches + positions.data[i * patches + patch]!) * dim;
  return Array.from(images.data.subarray(at, at + dim));
}
const featureOf = ({ features }: FeatureNoiseData, index: number): number[] => Array.from(features.data.subarray(index * features.shape[1]!, (index + 1) * features.shape[1]!));
const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('makeFeatureNoiseData', () => {
  it('shows the feature of its class once, faint common features of any class, and noise without a feature in it', () => {
    const shapes = fc.record({ n: fc.integer({ min: 1, max: 6 }), faint: fc.nat(2), noisy: fc.nat(3), dim: fc.integer({ min: 4, max: 9 }), seed: fc.nat() });
    fc.assert(fc.property(shapes, ({ n, faint, noisy, dim, seed }) => {
      const data = make({ n, dim, patches: 1 + faint + noisy, featureNoisePatches: faint }, seed);
      expect(data.images.shape).toEqual([n, 1 + faint + noisy, dim]);
      for (let i = 0; i < n; i++) {
        expect(patchOf(data, i, 0)).toEqual(featureOf(data, 2 * data.labels.data[i]! + data.rare[i]!));
        for (let q = 1; q <= faint; q++) {
          const along = [0, 2].map((common) => product(patchOf(data, i, q), featureOf(data, common)));
          expect(Math.max(...along)).toBeCloseTo(0.05, 6);
          expect(Math.min(...along)).toBeCloseTo(0, 6);
        }
        for (let q = 1 + faint; q < 1 + faint + noisy; q++) for (let f = 0; f < 4; f++) expect(product(patchOf(data, i, q), featureOf(data, f))).toBeCloseTo(0, 5);
      }
    }), { seed: 1, numRuns: 60 });
  });

  it('draws classes evenly, rare ones by rareFraction, noise by sigma less the four directions of the features; 10⁵ draws', () => {
    const data = make({ n: 100_000, patches: 3, featureNoisePatches: 1, rareFraction: 0.15, dim: 8, sigma: 0.25 });
    const share = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(share(data.labels.data) - 0.5)).toBeLessThan(0.006);
    expect(Math.abs(share(data.rare) - 0.15)).toBeLessThan(0.0045);
    const squares = Array.from({ length: 20_000 }, (_, i) => product(patchOf(data, i, 2), patchOf(data, i, 2)));
    expect(Math.abs(share(squares) / (0.25 ** 2 * (8 - 4)) - 1)).toBeLessThan(0.02);
    expect(Math.abs(share(Array.from({ length: 20_000 }, (_, i) => data.positions.data[3 * i]!)) - 1)).toBeLessThan(0.025);
  });

  it('gives the same for the same seed; sets of one kind differ in nothing but the class feature', () => {
    expect(make()).toEqual(make());
    const [common, rare] = [make({ force: 'common' }), make({ force: 'rare' })];
    expect([new Set(common.rare), new Set(rare.rare)]).toEqual([new Set([0]), new Set([1])]);
    expect(common.labels).toEqual(rare.labels);
    for (let i = 0; i < 50; i++) expect(patchOf(common, i, 4)).toEqual(patchOf(rare, i, 4));
    expect(make({ rareFraction: 0 }).rare).toEqual(new Uint8Array(50));
    expect(make({ rareFraction: 1 }).rare).toEqual(new Uint8Array(50).fill(1));
  });

  it('takes the features of another set', () => {
    const { features } = make();
    expect(make({ features, n: 3 }, 7).features).toBe(features);
  });

  it.each<[Partial<FeatureNoiseOptions>, string]>([
    [{ n: 0 }, 'n must be a whole number >= 1, got 0'],
    [{ dim: 3 }, 'dim must be a whole number >= 4, got 3'],
    [{ rareFraction: 1.5 }, 'rareFraction must be in [0, 1], got 1.5'],
    [{ rareFraction: Number.NaN }, 'rareFraction must be in [0, 1], got NaN'],
    [{ patches: 2 }, 'patches must be >= 1 + featureNoisePatches (3), got 2'],
    [{ featureNoisePatches: -1 }, 'featureNoisePatches must be a whole number >= 0, got -1'],
    [{ sigma: -1 }, 'sigma must be >= 0 and finite, got -1'],
    [{ features: hostTensor('float32', [4, 12], new Float32Array(48)) }, 'features must be orthonormal within 0.0001, got the product 0 of rows 0 and 0'],
    [{ dim: 13, features: make().features }, 'features must be [4, 13], got [4, 12]'],
  ])('refuses %j', (options, message) => {
    expect(() => make(options)).toThrow(new RangeError(`makeFeatureNoiseData: ${message}`));
  });
});

describe('featureNoiseFromDraws', () => {
  const draws = {
    features: hostTensor('float32', [4, 4], Float32Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0))),
    labels: hostTensor('int32', [1], Int32Array.of(1)),
    rare: [1],
    positions: hostTensor('int32', [1, 2], Int32Array.of(1, 0)),
    featureNoiseClass: hostTensor('int32', [1, 1], Int32Array.of(0)),
    noise: hostTensor('float32', [1, 0, 4], new Float32Array(0)),
    featureNoiseStrength: 0.5,
  };

  it('puts patches where they were drawn to be', () => {
    expect(featureNoiseFromDraws(draws)).toEqual(hostTensor('float32', [1, 2, 4], Float32Array.of(0.5, 0, 0, 0, 0, 0, 0, 1)));
  });

  it.each<[object, string]>([
    [{ rare: [2] }, 'rare[0] must be 0 or 1, got 2'],
    [{ rare: [1, 0] }, 'rare must have 1 values, got 2'],
    [{ labels: hostTensor('int32', [1], Int32Array.of(-1)) }, 'labels[0] must be 0 or 1, got -1'],
    [{ positions: hostTensor('int32', [1, 2], Int32Array.of(1, 1)) }, 'positions[0] must be a permutation of 2 patches, got [1, 1]'],
    [{ positions: hostTensor('int32', [1, 1], Int32Array.of(0)) }, '1 + feature noise patches must be <= 1 patches, got 2'],
    [{ noise: hostTensor('float32', [1, 1, 4], new Float32Array(4)) }, 'noise must be float32 [n, 0, dim], got float32 [1, 1, 4] (axis 1)'],
  ])('refuses %j', (change, message) => {
    expect(() => featureNoiseFromDraws({ ...draws, ...change })).toThrow(new RangeError(`featureNoiseFromDraws: ${message}`));
  });
});
