import { createRng, hostTensor, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { attentivemix, attentivemixPlan, weightMap } from '../index.ts';

const attention = (rows: number, size: number, values: readonly number[]) => hostTensor('float32', [rows, size, size], Float32Array.from(values));

/** Kept shares of 10⁵ images. */
function keptShares(policy: ReturnType<typeof attentivemix>): number[] {
  const rng = createRng(6);
  const batch = { rows: 1000, height: 3, width: 3, attention: attention(1000, 3, Array.from({ length: 9000 }, () => uniform(rng))) };
  return Array.from({ length: 100 }, () => policy(rng, batch)).flatMap(({ labelWeights }) => Array.from(labelWeights.filter((_, i) => i % 2 === 0)));
}

/** Mean of max(1, ⌊9 λ⌋)/9 under a Beta law, by summation. */
function meanShare(alpha: number, beta: number): number {
  let [sum, mass] = [0, 0];
  for (let i = 0; i < 100_000; i++) {
    const lambda = (i + 0.5) / 100_000;
    const density = lambda ** (alpha - 1) * (1 - lambda) ** (beta - 1);
    mass += density;
    sum += (density * Math.max(1, Math.floor(9 * lambda))) / 9;
  }
  return sum / mass;
}

describe('attentivemixPlan', () => {
  const batch = { rows: 2, height: 4, width: 4, attention: attention(2, 2, [1, 4, 3, 2, 5, 5, 5, 6]) };

  it('keeps the cells with most attention, of equal ones the first', () => {
    const plan = attentivemixPlan(batch, { partner: [1, 0], topK: [1, 2] });
    expect(plan.masks.filter((_, i) => i % 2 === 0)).toEqual(Float32Array.of(0, 1, 0, 0, 1, 0, 0, 1));
    expect(plan.labelWeights).toEqual(Float32Array.of(0.25, 0.75, 0.5, 0.5));
  });

  it('counts the pixels that cells grow to where they do not divide the image', () => {
    const plan = attentivemixPlan({ ...batch, height: 3, width: 5 }, { partner: [1, 0], topK: 1 });
    const { data } = weightMap(plan, 3, 5);
    const shown = (row: number): number => data.filter((value, i) => i % 2 === 0 && Math.floor(i / 30) === row && value === 1).length;
    expect([shown(0), shown(1)]).toEqual([4, 2]); // right above of 3 + 2 columns and 2 + 1 lines, right below
    expect([plan.labelWeights[0], plan.labelWeights[2]]).toEqual([4 / 15, 2 / 15].map(Math.fround));
  });

  it('refuses what does not fit', () => {
    expect(() => attentivemixPlan(batch, { partner: [1, 0], topK: 5 })).toThrow(new RangeError('attentivemixPlan: topK must be at most the 4 cells of the attention, got 5'));
    expect(() => attentivemixPlan(batch, { partner: [1, 0], topK: 0 })).toThrow('attentivemixPlan: topK must be a whole number >= 1, got 0');
    expect(() => attentivemixPlan(batch, { partner: [1, 0], topK: [1] })).toThrow('attentivemixPlan: topK must be one number, or one for each of 2 rows, got 1');
    expect(() => attentivemixPlan({ rows: 2, height: 4, width: 4 }, { partner: [1, 0], topK: 1 })).toThrow('attentivemixPlan: batch.attention is missing, the policy needs it');
  });
});

describe('attentivemix', () => {
  it.each<[string, Parameters<typeof attentivemix>[0], readonly [number, number]]>([
    ['Beta(2, 2) by default', {}, [2, 2]], ['Beta(2, 8)', { beta: 8 }, [2, 8]], ['Beta(0.5, 0.5)', { alpha: 0.5 }, [0.5, 0.5]],
  ])('keeps ⌊cells · λ⌋ cells, at least 1, with λ from %s: the mean over 10⁵ draws', (_, options, [alpha, beta]) => {
    const kept = keptShares(attentivemix({ ...options, per: 'sample' }));
    const mean = kept.reduce((a, b) => a + b) / kept.length;
    expect(Math.abs(mean - meanShare(alpha, beta))).toBeLessThan(4 * Math.sqrt(0.125 / 1e5));
  });

  it('keeps as many cells as topK says, and all for λ = 1', () => {
    const batch = { rows: 3, height: 7, width: 7, attention: attention(3, 7, Array.from({ length: 147 }, (_, i) => i % 11)) };
    expect(attentivemix({ topK: 6 })(createRng(1), batch).labelWeights[0]).toBeCloseTo(6 / 49, 7);
    expect(attentivemix({ lambda: 1 })(createRng(1), batch).labelWeights).toEqual(Float32Array.of(1, 0, 1, 0, 1, 0));
    expect(attentivemix({ lambda: 0 })(createRng(1), batch).labelWeights[0]).toBeCloseTo(1 / 49, 7);
  });

  it('refuses options out of range', () => {
    expect(() => attentivemix({ beta: 0 })).toThrow(new RangeError('attentivemix: beta must be > 0, got 0'));
    expect(() => attentivemix({ alpha: Number.NaN })).toThrow('attentivemix: alpha must be > 0, got NaN');
    expect(() => attentivemix({ topK: 1.5 })).toThrow('attentivemix: topK must be a whole number >= 1, got 1.5');
  });
});
