import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, type MaskPlan, mixpro, mixproPlan, planFromJson, planToJson, weightMap } from '../index.ts';

describe('mixproPlan', () => {
  it('keeps the first ⌈λ·cells⌉ cells of each order', () => {
    const plan = mixproPlan({ cellRows: 1, cellColumns: 3, partner: [1, 0], order: [2, 0, 1, 1, 2, 0], lambda: 0.4 });
    expect(Array.from(plan.masks)).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0]);
    expect(plan.labelWeights[0]).toBeCloseTo(2 / 3, 6);
  });

  it('keeps nothing for λ = 0 and all for λ = 1, also for each row', () => {
    const plan = mixproPlan({ cellRows: 2, cellColumns: 1, partner: [1, 0], order: [0, 1, 1, 0], lambda: [0, 1] });
    expect(Array.from(plan.labelWeights)).toEqual([0, 1, 1, 0]);
  });

  it('refuses an order that is none', () => {
    const choice = { cellRows: 1, cellColumns: 2, partner: [1, 0], order: [0, 1, 1, 0], lambda: 0.5 };
    expect(() => mixproPlan({ ...choice, order: [0, 1] })).toThrow(new RangeError('mixproPlan: order must have 2 · 2 values, got 2'));
    expect(() => mixproPlan({ ...choice, order: [0, 1, 1, 1] })).toThrow('mixproPlan: order of row 1 must be a permutation of 2 cells, got 1 at 1');
    expect(() => mixproPlan({ ...choice, order: [0, 2, 1, 0] })).toThrow('mixproPlan: order of row 0 must be a permutation of 2 cells, got 2 at 1');
    expect(() => mixproPlan({ ...choice, lambda: -0.1 })).toThrow('mixproPlan: lambda must be in [0, 1], got -0.1');
  });
});

describe('mixpro', () => {
  it.each([[1, 2, 3, 1], [5, 3, 1, 3]] as const)('works on %d images of %d × %d cells: labels count the pixels that show', (rows, cellRows, cellColumns, channels) => {
    const [height, width] = [cellRows * 4, cellColumns * 4];
    const images = drawnImages(1, [rows, height, width, channels]);
    for (const per of ['batch', 'sample'] as const) {
      const plan = mixpro({ cell: 4, per })(createRng(2), { rows, height, width });
      const { data } = weightMap(plan, height, width);
      for (let row = 0; row < rows; row++) {
        const kept = Array.from({ length: height * width }, (_, i) => data[(row * height * width + i) * 2]!).reduce((a, b) => a + b);
        expect(plan.labelWeights[2 * row]).toBeCloseTo(kept / (height * width), 6);
      }
      expect(applyPlan(plan, images).shape).toEqual(images.shape);
      expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
    }
  });

  it('keeps every cell alike, and as many as the law of λ says, over 10⁵ draws', () => {
    const policy = mixpro({ cell: 1, per: 'sample' });
    const rng = createRng(3);
    const [counts, cells] = [new Float64Array(7), new Float64Array(6)];
    for (let i = 0; i < 100; i++) {
      const { masks } = policy(rng, { rows: 1000, height: 2, width: 3 }) as MaskPlan;
      for (let row = 0; row < 1000; row++) {
        let kept = 0;
        for (let cell = 0; cell < 6; cell++) {
          kept += masks[(row * 6 + cell) * 2]!;
          cells[cell]! += masks[(row * 6 + cell) * 2]! * 1e-5;
        }
        counts[kept]! += 1e-5;
      }
    }
    // uniform λ: ⌈6 λ⌉ is uniform on 1 … 6
    for (let kept = 1; kept <= 6; kept++) expect(Math.abs(counts[kept]! - 1 / 6)).toBeLessThan(0.005);
    for (const share of cells) expect(Math.abs(share - 3.5 / 6)).toBeLessThan(0.006);
  });

  it('refuses cells that do not divide images', () => {
    expect(() => mixpro({ cell: 0 })).toThrow(new RangeError('mixpro: cell must be a whole number >= 1, got 0'));
    expect(() => mixpro()(createRng(1), { rows: 2, height: 64, width: 100 })).toThrow('mixpro: images must be divisible into cells of 64 × 64, got 64 × 100');
    expect(() => mixpro({ alpha: Number.NaN })).toThrow('mixpro: alpha must be > 0, got NaN');
  });
});
