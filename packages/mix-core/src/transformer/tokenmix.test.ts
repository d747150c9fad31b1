import { createRng, hostTensor } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, type MaskPlan, planFromJson, planToJson, tokenmix, tokenmixPlan } from '../index.ts';
import { drawnMaps } from './fixtures.ts';

const keptOf = (plan: MaskPlan): number[] => Array.from(plan.masks).filter((_, i) => i % 2 === 0);

describe('tokenmixPlan', () => {
  const importance = hostTensor('float32', [2, 1, 2], Float32Array.of(3, 1, 2, 6));

  it('counts the importance that shows of each image', () => {
    const plan = tokenmixPlan({ partner: [1, 0], pasted: [0, 1], importance });
    // image 0 keeps 3 of 4 and shows 6 of 8 of image 1
    expect(Array.from(plan.labelWeights)).toEqual([0.75, 0.75, 0.25, 0.25]);
    expect(applyPlan(plan, hostTensor('float32', [2, 1, 4, 1], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8))).data).toEqual(Float32Array.of(1, 2, 7, 8, 5, 6, 3, 4));
  });

  it('counts tokens where an image has no importance', () => {
    const none = hostTensor('float32', [2, 1, 2], Float32Array.of(0, 0, 2, 6));
    expect(Array.from(tokenmixPlan({ partner: [1, 0], pasted: [0, 1, 0, 0], importance: none }).labelWeights)).toEqual([0.5, 0.75, 1, 0]);
  });

  it('is the plain share of tokens where all count the same', () => {
    fc.assert(fc.property(fc.array(fc.nat(1), { minLength: 6, maxLength: 6 }), (pasted) => {
      const plan = tokenmixPlan({ partner: [1, 0], pasted, importance: hostTensor('float32', [2, 2, 3], new Float32Array(12).fill(0.2)) });
      const kept = 1 - pasted.reduce((a, b) => a + b, 0) / 6;
      expect(plan.labelWeights[0]).toBeCloseTo(kept, 6);
      expect(plan.labelWeights[1]).toBeCloseTo(1 - kept, 6);
    }), { seed: 1 });
  });

  it('refuses what is no mask and no importance', () => {
    expect(() => tokenmixPlan({ partner: [1, 0], pasted: [0, 0.5], importance })).toThrow(new RangeError('tokenmixPlan: pasted[1] must be 0 or 1, got 0.5'));
    expect(() => tokenmixPlan({ partner: [0], pasted: [0, 1], importance })).toThrow('tokenmixPlan: importance must have shape [1, height, width], got [2, 1, 2]');
    expect(() => tokenmixPlan({ partner: [1, 0], pasted: [0], importance })).toThrow('maskPlan: keep must have 2 or 2 · 2 values, got 1');
    const negative = hostTensor('float32', [2, 1, 2], Float32Array.of(3, -1, 2, 6));
    expect(() => tokenmixPlan({ partner: [1, 0], pasted: [0, 1], importance: negative })).toThrow('tokenmixPlan: importance[1] must be >= 0 and finite, got -1');
  });
});

describe('tokenmix', () => {
  it.each([[1, 14, 14, 3], [5, 4, 7, 1], [3, 1, 1, 1]] as const)('works on %d images with a grid of %d × %d', (rows, height, width, channels) => {
    const batch = { rows, attention: drawnMaps(2, [rows, height, width]) };
    const images = drawnImages(3, [rows, height * 3, width * 2, channels]);
    for (const mask of ['block', 'random'] as const) {
      for (const per of ['batch', 'sample'] as const) {
        const plan = tokenmix({ mask, per })(createRng(4), batch) as MaskPlan;
        expect(plan.masks).toHaveLength((per === 'batch' ? 1 : rows) * height * width * 2);
        expect(applyPlan(plan, images).shape).toEqual(images.shape);
        expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
      }
    }
  });

  it('pastes ⌊(1 − λ)·tokens⌋ + minTokens, at random exactly, in blocks at most', () => {
    const batch = { rows: 1, attention: drawnMaps(2, [1, 14, 14]) };
    const pasted = (options: Parameters<typeof tokenmix>[0]): number => 196 - keptOf(tokenmix(options)(createRng(5), batch) as MaskPlan).reduce((a, b) => a + b, 0);
    expect(pasted({ mask: 'random', lambda: 0.4 })).toBe(117 + 14);
    expect(pasted({ mask: 'random', lambda: 0.4, minTokens: 0 })).toBe(117);
    expect(pasted({ mask: 'random', lambda: 0 })).toBe(196);
    expect(pasted({ mask: 'random', lambda: 1 })).toBe(14);
    for (const lambda of [0, 0.3, 0.9, 1]) expect(pasted({ lambda })).toBeLessThanOrEqual(Math.min(196, Math.floor((1 - lambda) * 196) + 14));
  });

  it('pastes as many tokens as the law of λ says, over 10⁵ draws', () => {
    const policy = tokenmix({ mask: 'random', per: 'sample' });
    const batch = { rows: 1000, attention: drawnMaps(8, [1000, 2, 3]) };
    const rng = createRng(9);
    const counts = new Float64Array(7);
    for (let i = 0; i < 100; i++) {
      const kept = keptOf(policy(rng, batch) as MaskPlan);
      for (let row = 0; row < 1000; row++) counts[6 - kept.slice(row * 6, row * 6 + 6).reduce((a, b) => a + b, 0)]! += 1e-5;
    }
    // uniform λ: ⌊(1 − λ)·6⌋ is uniform on 0 … 5; a fourteenth of six tokens is none
    for (let pasted = 0; pasted < 6; pasted++) expect(Math.abs(counts[pasted]! - 1 / 6)).toBeLessThan(0.005);
  });

  it('refuses bad options and a batch without attention', () => {
    expect(() => tokenmix({ alpha: 0 })).toThrow(new RangeError('tokenmix: alpha must be > 0, got 0'));
    expect(() => tokenmix({ mask: 'stripes' as 'block' })).toThrow("tokenmix: mask must be 'block' or 'random', got 'stripes'");
    expect(() => tokenmix({ minTokens: -1 })).toThrow('tokenmix: minTokens must be a whole number >= 0, got -1');
    expect(() => tokenmix({ minAspect: 0 })).toThrow('tokenmix: minAspect must be in (0, 1], got 0');
    expect(() => tokenmix()(createRng(1), { rows: 2 })).toThrow('tokenmix: batch.attention is missing, the policy needs it');
    expect(() => tokenmix()(createRng(1), { rows: 2, attention: drawnMaps(1, [3, 4, 4]) })).toThrow('tokenmix: batch.attention must have shape [2, height, width], got [3, 4, 4]');
    expect(tokenmix().needs).toEqual(['attention']);
  });
});
