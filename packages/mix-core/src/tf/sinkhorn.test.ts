import { createRng, normal } from '@mixwell/tensor';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { referencePlan } from './align-fixtures.ts';
import { sinkhornPlan, type SinkhornOptions } from '../tf.ts';

const drawnCosts = (seed: number, size: number, scale: number): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: size }, () => scale * normal(rng) ** 2);
};
const planOf = (costs: Float32Array, shape: [number, number, number], options?: SinkhornOptions): Float32Array => tf.tidy(() => sinkhornPlan(tf.tensor3d(costs, shape), options).dataSync<'float32'>());

describe('sinkhornPlan', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  it('gives what a loop that stops early gives, also where no side is as long as the other', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.nat(),
      fc.constantFrom(0.1, 1, 5), fc.constantFrom(0.05, 0.1, 0.5), fc.constantFrom(0, 0.02, 0.1, 10), fc.constantFrom(1, 3, 20),
      (n, r, c, seed, scale, epsilon, tolerance, sweeps) => {
        const costs = drawnCosts(seed, n * r * c, scale);
        const wanted = referencePlan(costs, [n, r, c], { epsilon, tolerance, sweeps });
        planOf(costs, [n, r, c], { epsilon, tolerance, sweeps }).forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(2e-4 * wanted[i]! + 1e-7));
      },
    ), { seed: 5, numRuns: 60 });
  });

  it('matches columns to 1e-6, and rows when it goes on for long', () => {
    const [n, r] = [2, 9];
    const plan = planOf(drawnCosts(3, n * r * r, 1), [n, r, r], { tolerance: 0 });
    const sum = (of: (i: number, k: number) => number): number[] => Array.from({ length: n * r }, (_, i) => Array.from({ length: r }, (_, k) => plan[of(i, k)]!).reduce((a, b) => a + b));
    for (const column of sum((i, k) => Math.floor(i / r) * r * r + k * r + (i % r))) expect(Math.abs(column - 1 / r)).toBeLessThan(1e-6);
    for (const row of sum((i, k) => i * r + k)) expect(Math.abs(row - 1 / r)).toBeLessThan(1e-3);
    const early = planOf(drawnCosts(3, n * r * r, 1), [n, r, r]);
    for (let j = 0; j < r; j++) expect(Math.abs(Array.from({ length: r }, (_, i) => early[i * r + j]!).reduce((a, b) => a + b) - 1 / r)).toBeLessThan(1e-6);
  });

  it('stays finite where costs are large, and finds the permutation where there is one', () => {
    const costs = new Float32Array(16).fill(1e6);
    [2, 0, 3, 1].forEach((j, i) => { costs[4 * i + j] = 0; });
    planOf(costs, [1, 4, 4]).forEach((value, at) => expect(Math.abs(value - (costs[at] === 0 ? 0.25 : 0))).toBeLessThan(1e-6));
    expect(planOf(costs.map((cost) => cost + 1e6), [1, 4, 4]).every(Number.isFinite)).toBe(true);
  });

  it('is even where all costs are, and whole for one position', () => {
    planOf(new Float32Array(12).fill(3), [1, 3, 4]).forEach((value) => expect(Math.abs(value - 1 / 12)).toBeLessThan(1e-6));
    expect(planOf(Float32Array.of(7), [1, 1, 1])[0]).toBeCloseTo(1, 6);
  });

  it('refuses other shapes and options out of range', () => {
    tf.tidy(() => {
      expect(() => sinkhornPlan(tf.zeros([2, 2]))).toThrow(new RangeError('sinkhornPlan: cost must have shape [n, sources, targets], got [2, 2]'));
      expect(() => sinkhornPlan(tf.zeros([1, 2, 2]), { epsilon: 0 })).toThrow('sinkhornPlan: epsilon must be > 0 and finite, got 0');
      expect(() => sinkhornPlan(tf.zeros([1, 2, 2]), { sweeps: 0.5 })).toThrow('sinkhornPlan: sweeps must be a whole number >= 1, got 0.5');
      expect(() => sinkhornPlan(tf.zeros([1, 2, 2]), { tolerance: Number.NaN })).toThrow('sinkhornPlan: tolerance must be >= 0, got NaN');
    });
  });
});
