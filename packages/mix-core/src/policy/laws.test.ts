import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { cutmix, mixup, oneOf, type Policy, withProbability } from '../index.ts';

const batch = { rows: 1000, height: 32, width: 32 };

/** Label weights of the images themselves over `draws` batches. */
const lambdas = (policy: Policy, draws: number, size = batch): number[] => {
  const rng = createRng(11);
  return Array.from({ length: draws }, () => policy(rng, size)).flatMap(({ labelWeights }) => Array.from(labelWeights.filter((_, i) => i % 2 === 0)));
};
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((value) => value ** 2)) - mean(values) ** 2;

describe('laws of draws, fixed seed', () => {
  it.each([0.2, 1, 4])('λ of mixup has mean and variance of Beta(%d, same) over 10⁵ draws', (alpha) => {
    const drawn = lambdas(mixup({ alpha, per: 'sample' }), 100);
    expect(drawn).toHaveLength(100_000);
    const wanted = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean(drawn) - 0.5)).toBeLessThan(4 * Math.sqrt(wanted / 1e5));
    expect(Math.abs(variance(drawn) / wanted - 1)).toBeLessThan(0.02);
  });

  it('λ of mixup with alpha = 1 is uniform: Kolmogorov–Smirnov distance over 10⁵ draws', () => {
    const drawn = lambdas(mixup({ per: 'sample' }), 100).sort((a, b) => a - b);
    const distance = Math.max(...drawn.map((value, i) => Math.abs(value - (i + 0.5) / drawn.length)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(1e5)); // p = 0.001
  });

  it('boxes of CutMix cover less than 1 − λ on average, as they are cut off at the border, and exactly so much as computed', () => {
    const kept = mean(lambdas(cutmix({ per: 'sample' }), 100));
    // expected share of a box of side s around a uniform centre, over uniform λ, by summation
    let covered = 0;
    const steps = 4000;
    for (let i = 0; i < steps; i++) {
      const half = Math.floor(Math.floor(32 * Math.sqrt((i + 0.5) / steps)) / 2);
      let line = 0;
      for (let centre = 0; centre < 32; centre++) line += Math.min(centre + half, 32) - Math.max(centre - half, 0);
      covered += (line / 32) ** 2 / (32 * 32) / steps;
    }
    expect(kept).toBeGreaterThan(0.5);
    expect(Math.abs(kept - (1 - covered))).toBeLessThan(0.003);
  });

  it('a switch chooses by its probabilities', () => {
    const small = { rows: 1, height: 4, width: 4 };
    const boxes = (policy: Policy): number => {
      const rng = createRng(3);
      return Array.from({ length: 10_000 }, () => Number(policy(rng, small).kind === 'box')).reduce((a, b) => a + b) / 10_000;
    };
    expect(Math.abs(boxes(oneOf([mixup({ alpha: 0.8 }), cutmix()])) - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(boxes(oneOf([mixup(), cutmix()], [0.9, 0.1])) - 0.1)).toBeLessThan(0.012);
    expect(boxes(oneOf([mixup(), cutmix()], [0, 1]))).toBe(1);
    expect(Math.abs(boxes(withProbability(0.25, cutmix())) - 0.25)).toBeLessThan(0.02);
    expect(boxes(withProbability(0, cutmix()))).toBe(0);
  });

  it('a switch refuses probabilities that do not fit', () => {
    expect(() => oneOf([])).toThrow('oneOf: policies must be at least one, got none');
    expect(() => oneOf([mixup()], [0.5])).toThrow(new RangeError('oneOf: probabilities must sum to 1, got 0.5'));
    expect(() => oneOf([mixup(), cutmix()], [1])).toThrow('oneOf: probabilities must be one for each of 2 policies, got 1');
    expect(() => withProbability(-0.5, mixup())).toThrow('withProbability: probability must be in [0, 1], got -0.5');
  });
});
