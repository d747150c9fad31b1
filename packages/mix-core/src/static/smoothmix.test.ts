import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { gaussianKeep, type MaskPlan, smoothmix } from '../index.ts';

describe('gaussianKeep', () => {
  it('is 0 at the pixel of an odd image, and 1 − exp(−d²/(2σ²)) away from it', () => {
    const keep = gaussianKeep(3, 5, [1, 0], 2);
    expect(keep).toHaveLength(15);
    expect(keep[5]).toBe(0);
    expect(keep[2 * 5 + 3]).toBeCloseTo(1 - Math.exp(-(1 + 9) / 8), 14);
  });

  it('has its centre half a pixel before the pixel where a side is even', () => {
    const keep = gaussianKeep(4, 1, [2, 0], 1);
    expect(keep[1]).toBe(keep[2]);
    expect(keep[2]).toBeCloseTo(1 - Math.exp(-0.125), 14);
  });

  it('refuses pixels outside, σ that is none, sizes that are none', () => {
    expect(() => gaussianKeep(3, 4, [3, 0], 1)).toThrow(new RangeError('gaussianKeep: pixel must be one of 3 × 4, got [3, 0]'));
    expect(() => gaussianKeep(3, 4, [0.5, 0], 1)).toThrow('gaussianKeep: pixel must be one of 3 × 4, got [0.5, 0]');
    expect(() => gaussianKeep(3, 4, [0, 0], 0)).toThrow('gaussianKeep: sigma must be > 0 and finite, got 0');
    expect(() => gaussianKeep(0, 4, [0, 0], 1)).toThrow('gaussianKeep: height must be a whole number >= 1, got 0');
  });
});

describe('smoothmix', () => {
  it('shares one mask, has one for each row, or one for each pair', () => {
    const of = (options: Parameters<typeof smoothmix>[0]): MaskPlan => smoothmix(options)(createRng(1), { rows: 5, height: 4, width: 3 }) as MaskPlan;
    expect(of({}).masks).toHaveLength(4 * 3 * 2);
    expect(of({ per: 'sample' }).masks).toHaveLength(5 * 4 * 3 * 2);
    const { masks, labelWeights } = of({ per: 'pair', partner: 'reverse' });
    expect(masks.subarray(0, 24)).toEqual(masks.subarray(96));
    expect(labelWeights[0]).toBe(labelWeights[8]);
    expect(labelWeights[0]).not.toBe(labelWeights[2]);
  });

  it('refuses unknown rules, an empty batch, a size that is missing', () => {
    expect(() => smoothmix({ per: 'pixel' as 'batch' })).toThrow("smoothmix: per must be 'batch', 'pair' or 'sample', got 'pixel'");
    expect(() => smoothmix({ per: 'pair' })).toThrow("smoothmix: per: 'pair' needs partner: 'reverse', got 'permutation'");
    expect(() => smoothmix()(createRng(1), { rows: 0, height: 2, width: 2 })).toThrow('smoothmix: batch.rows must be a whole number >= 1, got 0');
    expect(() => smoothmix()(createRng(1), { rows: 2 })).toThrow('smoothmix: batch.height must be a whole number >= 1, got undefined');
  });
});
