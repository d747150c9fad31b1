import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, mixup, mixupPlan, noMixing } from '../index.ts';

const batch = { rows: 7, height: 4, width: 3 };

describe('mixupPlan', () => {
  it('weighs each image with λ and its partner with 1 − λ, in pixels and labels', () => {
    expect(mixupPlan({ partner: [1, 0, 2], lambda: 0.25 })).toEqual({
      kind: 'scalar', batch: 3, rows: 3, k: 2,
      sources: Int32Array.of(0, 1, 1, 0, 2, 2),
      weights: Float32Array.of(0.25, 0.75),
      labelWeights: Float32Array.of(0.25, 0.75, 0.25, 0.75, 0.25, 0.75),
    });
  });

  it('takes a λ for each row', () => {
    const plan = mixupPlan({ partner: [1, 0], lambda: [0.5, 1] });
    expect(plan.weights).toEqual(Float32Array.of(0.5, 0.5, 1, 0));
    expect(plan.labelWeights).toEqual(plan.weights);
  });

  it('refuses partners outside of the batch and λ outside [0, 1]', () => {
    expect(() => mixupPlan({ partner: [0, 2], lambda: 0.5 })).toThrow(new RangeError('mixupPlan: partner[1] must be a whole number in [0, 2), got 2'));
    expect(() => mixupPlan({ partner: [0.5], lambda: 0.5 })).toThrow('mixupPlan: partner[0] must be a whole number in [0, 1), got 0.5');
    expect(() => mixupPlan({ partner: [], lambda: 0.5 })).toThrow('mixupPlan: number of partners must be a whole number >= 1, got 0');
    expect(() => mixupPlan({ partner: [0, 1], lambda: 1.5 })).toThrow('mixupPlan: lambda must be in [0, 1], got 1.5');
    expect(() => mixupPlan({ partner: [0, 1], lambda: [1, Number.NaN] })).toThrow('mixupPlan: lambda[1] must be in [0, 1], got NaN');
    expect(() => mixupPlan({ partner: [0, 1], lambda: [1, 0, 1] })).toThrow('mixupPlan: lambda must be one number, or one for each of 2 rows, got 3');
  });
});

describe('mixup', () => {
  it('gives the same plan for the same state of the generator, another for the next', () => {
    const rng = createRng(5);
    const first = mixup()(rng, batch);
    expect(mixup()(createRng(5), batch)).toEqual(first);
    expect(mixup()(rng, batch)).not.toEqual(first);
  });

  it('pairs the batch with a permutation of itself', () => {
    const { sources } = mixup()(createRng(1), batch);
    const [own, partners] = [0, 1].map((j) => sources.filter((_, i) => i % 2 === j));
    expect(own).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6));
    expect(partners!.slice().sort()).toEqual(own);
  });

  it('draws one λ for the batch, or one for each sample', () => {
    expect(mixup()(createRng(2), batch)).toMatchObject({ weights: { length: 2 } });
    const { labelWeights } = mixup({ per: 'sample' })(createRng(2), batch);
    expect(new Set(labelWeights.filter((_, i) => i % 2 === 0)).size).toBe(7);
  });

  it('mixes with a given λ instead of a draw', () => {
    expect(mixup({ lambda: 0.5 })(createRng(1), batch)).toMatchObject({ weights: Float32Array.of(0.5, 0.5) });
  });

  it('accepts a batch of one image', () => {
    const images = drawnImages(1, [1, 4, 3, 1]);
    const mixed = applyPlan(mixup({ lambda: 0.5 })(createRng(1), { ...batch, rows: 1 }), images);
    expect(mixed.data).toEqual(images.data);
  });

  it.each([-1, 0, Number.NaN, Infinity])('refuses alpha = %d', (alpha) => {
    expect(() => mixup({ alpha })).toThrow(RangeError);
    expect(() => mixup({ alpha })).toThrow(/^mixup: alpha must be > 0.*, got /);
  });

  it('refuses options that contradict each other, and an empty batch', () => {
    expect(() => mixup({ alpha: 1, lambda: 0.5 })).toThrow(new TypeError('mixup: takes alpha or lambda, got both'));
    expect(() => mixup({ lambda: -0.1 })).toThrow('mixup: lambda must be in [0, 1], got -0.1');
    expect(() => mixup({ per: 'pixel' as 'batch' })).toThrow("mixup: per must be 'batch', 'pair' or 'sample', got 'pixel'");
    expect(() => mixup()(createRng(1), { ...batch, rows: 0 })).toThrow('mixup: batch.rows must be a whole number >= 1, got 0');
  });
});

describe('noMixing', () => {
  it('gives the images back bit for bit', () => {
    const images = drawnImages(3, [7, 4, 3, 2]);
    images.data[5] = -0;
    expect(applyPlan(noMixing(createRng(1), batch), images)).toEqual(images);
  });
});
