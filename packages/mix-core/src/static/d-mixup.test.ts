import { createRng, dirichlet, permutation } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, dMixup, dMixupPlan, mixLabels, mixupPlan, type ScalarPlan } from '../index.ts';

describe('dMixupPlan', () => {
  it('weighs any number of points, in pixels and labels', () => {
    const plan = dMixupPlan({ points: [[0, 1], [1, 0], [1, 1]], weights: [0.5, 0.25, 0.25] });
    expect(plan).toEqual({
      kind: 'scalar', batch: 2, rows: 2, k: 3,
      sources: Int32Array.of(0, 1, 1, 1, 0, 1),
      weights: Float32Array.of(0.5, 0.25, 0.25),
      labelWeights: Float32Array.of(0.5, 0.25, 0.25, 0.5, 0.25, 0.25),
    });
    expect(mixLabels(plan, [0, 1], 2).data).toEqual(Float32Array.of(0.5, 0.5, 0.25, 0.75));
  });

  it('of two points is mixup with λ the first weight', () => {
    expect(dMixupPlan({ points: [[0, 1, 2], [2, 0, 1]], weights: [0.75, 0.25] })).toEqual(mixupPlan({ partner: [2, 0, 1], lambda: 0.75 }));
  });

  it('refuses points outside of the batch, lists of different lengths, weights that do not sum to 1', () => {
    expect(() => dMixupPlan({ points: [], weights: [] })).toThrow('dMixupPlan: number of points must be a whole number >= 1, got 0');
    expect(() => dMixupPlan({ points: [[0, 2]], weights: [1] })).toThrow('dMixupPlan: points[0][1] must be a whole number in [0, 2), got 2');
    expect(() => dMixupPlan({ points: [[0, 1], [0]], weights: [0.5, 0.5] })).toThrow('dMixupPlan: points[1] must have 2 images, got 1');
    expect(() => dMixupPlan({ points: [[0, 1], [1, 0]], weights: [0.5, 0.25] })).toThrow('dMixupPlan: weights of a row must sum to 1, got 0.75');
    expect(() => dMixupPlan({ points: [[0, 1], [1, 0]], weights: [1.5, -0.5] })).toThrow('dMixupPlan: weights[0] must be in [0, 1], got 1.5');
    expect(() => dMixupPlan({ points: [[0, 1], [1, 0]], weights: [1] })).toThrow('dMixupPlan: weights must be 2, or 2 · 2, got 1');
  });
});

describe('dMixup', () => {
  const batch = { rows: 7 };

  it('of one point is no mixing', () => {
    const images = drawnImages(1, [7, 3, 2, 1]);
    expect(applyPlan(dMixup({ points: 1 })(createRng(1), batch), images)).toEqual(images);
  });

  it('of two points is mixup whose λ is the first weight', () => {
    const rng = createRng(4);
    const [lambda] = dirichlet(rng, [0.4, 0.4]);
    const plan = dMixup({ points: 2, alpha: 0.4 })(createRng(4), batch) as ScalarPlan;
    const wanted = mixupPlan({ partner: permutation(rng, 7), lambda: lambda! });
    expect(plan.sources).toEqual(wanted.sources);
    plan.labelWeights.forEach((weight, i) => { expect(weight).toBeCloseTo(wanted.labelWeights[i]!, 6); });
  });

  it('draws weights for the batch or for each sample', () => {
    expect((dMixup({ points: 3 })(createRng(1), batch) as ScalarPlan).weights).toHaveLength(3);
    expect((dMixup({ points: 3, per: 'sample' })(createRng(1), batch) as ScalarPlan).weights).toHaveLength(21);
  });

  it('refuses what is no option', () => {
    expect(() => dMixup({ points: 0 })).toThrow('dMixup: points must be a whole number >= 1, got 0');
    expect(() => dMixup({ points: 2, alpha: 0 })).toThrow('dMixup: alpha must be > 0, got 0');
    expect(() => dMixup({ points: 2, per: 'pair' as 'batch' })).toThrow("dMixup: per must be 'batch' or 'sample', got 'pair'");
    expect(() => dMixup({ points: 2 })(createRng(1), { rows: 0 })).toThrow('dMixup: batch.rows must be a whole number >= 1, got 0');
  });
});
