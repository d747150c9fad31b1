import { createRng } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adpmix, adpmixPlan, adpmixRatio, mixLabels } from '../index.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const count = fc.integer({ min: 0, max: 1_000_000 });

describe('adpmixRatio', () => {
  it('is λ where counts agree or gamma is 0, leans to the old label where new ones are more, and grows with λ', () => {
    fc.assert(fc.property(share, share, count, count, share, (a, b, old, fresh, gamma) => {
      const ratio = (lambda: number, o = old, n = fresh): number => adpmixRatio(lambda, o, n, { gamma });
      expect(adpmixRatio(a, old, fresh, { gamma: 0 })).toBeCloseTo(a, 12);
      expect(ratio(a, old, old)).toBeCloseTo(a, 12);
      expect(ratio(Math.min(a, b))).toBeLessThanOrEqual(ratio(Math.max(a, b)) + 1e-14);
      if (Math.max(fresh, 1) > Math.max(old, 1)) expect(ratio(a)).toBeGreaterThanOrEqual(a * (1 - 1e-9) - 1e-320);
      expect([ratio(0), ratio(1)]).toEqual([0, 1]);
    }));
  });

  it('stays right at λ next to 0 and 1 and counts far apart', () => {
    expect(adpmixRatio(1e-300, 1, 1e300, { gamma: 1 })).toBeCloseTo(0.5, 10);
    expect(adpmixRatio(1 - 2 ** -53, 1e15, 1)).toBeLessThan(1);
    expect(adpmixRatio(5e-324, 1, 1)).toBeGreaterThan(0);
  });

  it('takes 0 as 1 in counts', () => {
    expect(adpmixRatio(0.3, 0, 7)).toBe(adpmixRatio(0.3, 1, 7));
    expect(adpmixRatio(0.3, 7, 0)).toBe(adpmixRatio(0.3, 7, 1));
  });

  it("has Remix's thresholds: counts ≥ and ≤, λ strictly", () => {
    const remix = (lambda: number, old: number, fresh: number): number => adpmixRatio(lambda, old, fresh, { rule: 'remix' });
    expect([remix(0.49, 3, 1), remix(0.5, 3, 1), remix(0.49, 2, 1)]).toEqual([0, 0.5, 0.49]);
    expect([remix(0.51, 1, 3), remix(0.5, 1, 3), remix(0.51, 1, 2)]).toEqual([1, 0.5, 0.51]);
  });

  it("is λ for 'plain', and the counts' formula on probabilities for 'confidence'", () => {
    expect(adpmixRatio(0.3, 1, 100, { rule: 'plain' })).toBe(0.3);
    expect(adpmixRatio(0.5, 0.1, 0.4, { rule: 'confidence' })).toBeCloseTo(2 / 3, 12);
  });

  it('refuses values out of range', () => {
    expect(() => adpmixRatio(1.5, 1, 1)).toThrow(new RangeError('adpmixRatio: lambda must be in [0, 1], got 1.5'));
    expect(() => adpmixRatio(0.5, -1, 1)).toThrow('adpmixRatio: old must be >= 0 and finite, got -1');
    expect(() => adpmixRatio(0.5, 1, Number.NaN)).toThrow('adpmixRatio: fresh must be >= 0 and finite, got NaN');
    expect(() => adpmixRatio(0.5, 0, 0.5, { rule: 'confidence' })).toThrow("adpmixRatio: old must be in (0, 1] for rule 'confidence', got 0");
    expect(() => adpmixRatio(0.5, 1, 1, { gamma: 2 })).toThrow('adpmixRatio: gamma must be in [0, 1], got 2');
    expect(() => adpmixRatio(0.5, 1, 1, { kappa: 1 })).toThrow('adpmixRatio: kappa must be > 1, got 1');
    expect(() => adpmixRatio(0.5, 1, 1, { rule: 'best' as 'plain' })).toThrow("adpmixRatio: rule must be 'counts', 'remix', 'plain' or 'confidence', got 'best'");
  });
});

describe('adpmixPlan', () => {
  it('mixes images by λ and labels by the ratio', () => {
    const plan = adpmixPlan({ batch: 4, old: [0, 1], fresh: [2, 3], lambda: [0.25, 0.5], ratio: [0.75, 1] });
    expect(plan).toMatchObject({ sources: Int32Array.of(0, 2, 1, 3), weights: Float32Array.of(0.25, 0.75, 0.5, 0.5), labelWeights: Float32Array.of(0.75, 0.25, 1, 0) });
  });

  it('refuses images outside of the batch, lists of different lengths', () => {
    expect(() => adpmixPlan({ batch: 2, old: [0], fresh: [2], lambda: 1, ratio: 1 })).toThrow('adpmixPlan: fresh[0] must be a whole number in [0, 2), got 2');
    expect(() => adpmixPlan({ batch: 2, old: [0, 1], fresh: [1], lambda: 1, ratio: 1 })).toThrow('adpmixPlan: fresh must have 2 images, got 1');
    expect(() => adpmixPlan({ batch: 2, old: [0], fresh: [1], lambda: 1, ratio: 2 })).toThrow('adpmixPlan: ratio must be in [0, 1], got 2');
  });
});

describe('adpmix', () => {
  // 4 images of the memory, 3 of the stream; classes 2 and 3 are new
  const labels = [0, 2, 1, 0, 2, 3, 2];
  const batch = { rows: 7, labels };
  const options = { memory: 4, oldCounts: [50, 20, 10, 0], newCounts: [0, 0, 200, 100] };

  it('has a row for each image of the stream, an old class first, labels by the ratio', () => {
    const plan = adpmix(options)(createRng(1), batch);
    expect(plan.rows).toBe(3);
    plan.sources.filter((_, i) => i % 2 === 0).forEach((source) => { expect([0, 2, 3]).toContain(source); });
    expect(plan.sources.filter((_, i) => i % 2 === 1)).toEqual(Int32Array.of(4, 5, 6));
    const weights = (plan as { weights?: Float32Array }).weights!;
    for (let row = 0; row < 3; row++) {
      const [old, fresh] = [0, 1].map((j) => labels[plan.sources[2 * row + j]!]!);
      expect(plan.labelWeights[2 * row]).toBeCloseTo(adpmixRatio(weights[2 * row]!, options.oldCounts[old!]!, options.newCounts[fresh!]!), 6);
    }
  });

  it('takes no old image twice before all have come', () => {
    const rng = createRng(2);
    for (let i = 0; i < 20; i++) expect(new Set(adpmix(options)(rng, batch).sources.filter((_, at) => at % 2 === 0)).size).toBe(3);
  });

  it('counts no labels where the memory has no old class, in the same shapes', () => {
    for (const [memory, given] of [[0, labels.slice(4)], [2, [2, 3, 2, 3, 2]]] as const) {
      const plan = adpmix({ ...options, memory })(createRng(1), { rows: given.length, labels: given });
      expect(plan.rows).toBe(3);
      expect(mixLabels(plan, given, 4).data.every((value) => value === 0)).toBe(true);
      expect((plan as { weights?: Float32Array }).weights).toHaveLength(6);
    }
  });

  it('takes classes of the task instead of those of the batch', () => {
    const { sources } = adpmix({ ...options, newClasses: [0, 2, 3] })(createRng(1), batch);
    expect(sources.filter((_, i) => i % 2 === 0)).toEqual(Int32Array.of(2, 2, 2));
  });

  it('refuses a batch without stream or labels, labels beyond the counts', () => {
    expect(adpmix(options).needs).toEqual(['labels']);
    expect(() => adpmix({ ...options, memory: 7 })(createRng(1), batch)).toThrow('adpmix: batch.rows must be a whole number >= 8, got 7');
    expect(() => adpmix(options)(createRng(1), { rows: 7 })).toThrow('adpmix: batch.labels is missing, the policy needs it');
    expect(() => adpmix({ ...options, newCounts: [0, 0] })(createRng(1), batch)).toThrow(/^adpmix: newCounts must have an entry for class [23], got 2 entries/);
    expect(() => adpmix({ ...options, memory: -1 })).toThrow('adpmix: memory must be a whole number >= 0, got -1');
    expect(() => adpmix({ ...options, gamma: -1 })).toThrow('adpmix: gamma must be in [0, 1], got -1');
  });
});
