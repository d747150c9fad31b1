import { createRng } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, labelMap, mixLabels, mixup, type MixupOptions, mixupPlan, type Plan } from '../index.ts';

const draw = (options: MixupOptions, rows = 6, seed = 1): Plan => mixup(options)(createRng(seed), { rows });
const own = (weights: Float32Array): number[] => Array.from(weights.filter((_, i) => i % 2 === 0));
const shares = (plan: Plan): { inputs: number[]; labels: number[] } => {
  if (plan.kind !== 'scalar') throw new TypeError('a plan of mixup is scalar');
  return { inputs: own(plan.weights), labels: own(plan.labelWeights) };
};

describe('labels with a ratio of their own', () => {
  it('mixes inputs by λ and labels by labelLambda', () => {
    const plan = mixupPlan({ partner: [1, 0], lambda: 0.75, labelLambda: [0.5, 1] });
    expect(shares(plan)).toEqual({ inputs: [0.75], labels: [0.5, 1] });
    expect(mixLabels(plan, [0, 1], 2).data).toEqual(Float32Array.of(0.5, 0.5, 0, 1));
    expect(mixupPlan({ partner: [1, 0], lambda: 0.75 }).labelWeights).toEqual(Float32Array.of(0.75, 0.25, 0.75, 0.25));
  });

  it('draws the same inputs whatever becomes of the labels', () => {
    const plain = draw({ alpha: 1, per: 'sample' });
    for (const labelLambda of [0.8, labelMap.power(2), labelMap.smooth(0.3)]) {
      const decoupled = draw({ alpha: 1, per: 'sample', labelLambda });
      expect({ ...decoupled, labelWeights: 0 }).toEqual({ ...plain, labelWeights: 0 });
      const map = typeof labelLambda === 'number' ? () => labelLambda : labelLambda;
      shares(decoupled).labels.forEach((label, i) => expect(label).toBeCloseTo(map(shares(plain).inputs[i]!), 6));
    }
    expect(draw({ labelLambda: labelMap.identity })).toEqual(draw({}));
  });

  it('takes the dominant parent: λ becomes the larger of λ and 1 − λ', () => {
    fc.assert(fc.property(fc.nat(), fc.constantFrom('batch' as const, 'sample' as const), (seed, per) => {
      const [all, dominant] = [shares(draw({ per }, 4, seed)), shares(draw({ per, dominant: true }, 4, seed))];
      dominant.inputs.forEach((share, i) => expect(share).toBeCloseTo(Math.max(all.inputs[i]!, 1 - all.inputs[i]!), 6));
    }), { seed: 1, numRuns: 50 });
    expect(shares(draw({ lambda: 0.25, dominant: true })).inputs).toEqual([0.75]);
  });

  it('leaves inputs alone bit for bit at λ = 1, whatever the labels', () => {
    const images = drawnImages(1, [3, 7]);
    expect(applyPlan(draw({ lambda: 1, labelLambda: 0.9 }, 3), images).data).toEqual(images.data);
    expect(shares(draw({}, 1)).inputs).toHaveLength(1); // one sample: its own partner
  });

  it('refuses ratios outside [0, 1], wherever they come from', () => {
    expect(() => mixup({ labelLambda: 1.5 })).toThrow(new RangeError('mixup: labelLambda must be in [0, 1], got 1.5'));
    expect(() => draw({ lambda: 0.5, labelLambda: () => -1 })).toThrow(new RangeError('mixupPlan: labelLambda must be in [0, 1], got -1'));
    expect(() => mixupPlan({ partner: [1, 0], lambda: 0.5, labelLambda: [1] })).toThrow('mixupPlan: labelLambda must be one number, or one for each of 2 rows, got 1');
    expect(() => mixupPlan({ partner: [1, 0], lambda: 0.5, labelLambda: [1, Number.NaN] })).toThrow('mixupPlan: labelLambda[1] must be in [0, 1], got NaN');
  });
});

describe('labelMap', () => {
  const ratio = fc.double({ min: 0, max: 1, noNaN: true });

  it('is its formulas', () => {
    expect(labelMap.identity(0.7)).toBe(0.7);
    expect(labelMap.constant(0.8)(0.6)).toBe(0.8);
    expect(labelMap.power(2)(0.75)).toBe(0.5 + 0.5 * 0.25);
    expect(labelMap.smooth(0.2)(0.75)).toBeCloseTo(0.8 * 0.75 + 0.1, 12);
  });

  it('mirrors at 1/2, keeps [1/2, 1], and grows', () => {
    fc.assert(fc.property(ratio, ratio, fc.double({ min: 0.1, max: 5, noNaN: true }), ratio, (a, b, exponent, amount) => {
      for (const map of [labelMap.identity, labelMap.power(exponent), labelMap.smooth(amount)]) {
        expect(map(1 - a)).toBeCloseTo(1 - map(a), 9);
        expect(map(Math.max(a, 1 - a))).toBeGreaterThanOrEqual(0.5 - 1e-12);
        expect(map(a)).toBeLessThanOrEqual(1);
        expect(map(Math.max(a, b)) - map(Math.min(a, b))).toBeGreaterThanOrEqual(-1e-12);
      }
    }), { seed: 2 });
  });

  it('refuses what is out of range', () => {
    expect(() => labelMap.constant(2)).toThrow(new RangeError('labelMap.constant: share must be in [0, 1], got 2'));
    expect(() => labelMap.power(0)).toThrow(new RangeError('labelMap.power: exponent must be > 0 and finite, got 0'));
    expect(() => labelMap.smooth(Number.NaN)).toThrow('labelMap.smooth: amount must be in [0, 1], got NaN');
  });
});
