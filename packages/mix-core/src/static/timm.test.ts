import { createRng, hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { applyPlan, type BoxPlan, type MaskPlan, mixLabels, timmMixup, timmPlan } from '../index.ts';
import { timmVectors } from './timm-vectors.ts';

const size = { rows: 4, height: 3, width: 5 };
const images = hostTensor('float32', [4, 3, 5, 1], Float32Array.from({ length: 60 }, (_, i) => 100 * Math.floor(i / 15) + (i % 15)));
const labels = [0, 2, 1, 1];

describe('timmPlan', () => {
  it.each(timmVectors)('makes of the same draws what timm does: $name', ({ parts, mixed, targets }) => {
    const plan = timmPlan({ ...size, parts });
    applyPlan(plan, images).data.forEach((value, i) => { expect(value).toBeCloseTo(mixed[i]!, 3); });
    timmMixup({ numClasses: 3 }).targets(plan, labels).data.forEach((value, i) => { expect(value).toBeCloseTo(targets[i]!, 5); });
  });

  it('is one of scalars, boxes or masks, whatever is the least', () => {
    const box = [0, 0, 1, 1] as const;
    const kind = (parts: Parameters<typeof timmPlan>[0]['parts']): string => timmPlan({ rows: 2, height: 2, width: 2, parts }).kind;
    expect(kind([{ lambda: 0.5 }])).toBe('scalar');
    expect(kind([{ lambda: 0.75, box }])).toBe('box');
    expect(kind([{ lambda: 0.75, box }, { lambda: 1 }])).toBe('box');
    expect(kind([{ lambda: 0.75, box }, { lambda: 0.5 }])).toBe('mask');
  });

  it('refuses another number of parts, λ outside [0, 1], boxes outside of the image', () => {
    expect(() => timmPlan({ ...size, parts: [{ lambda: 1 }, { lambda: 1 }] })).toThrow('timmPlan: lambda must be one number, or one for each of 4 rows, got 2');
    expect(() => timmPlan({ ...size, parts: [{ lambda: 2 }] })).toThrow('timmPlan: lambda[0] must be in [0, 1], got 2');
    expect(() => timmPlan({ ...size, parts: [{ lambda: 0.5, box: [0, 0, 4, 1] }] })).toThrow(RangeError);
  });
});

describe('timmMixup', () => {
  it('smooths by 0.1 over 1000 classes where nothing is said, as timm does, and not at all where asked', () => {
    const plan = timmMixup()(createRng(1), { rows: 4 });
    const smoothed = timmMixup().targets(plan, labels);
    expect(smoothed.shape).toEqual([4, 1000]);
    expect(smoothed.data[999]).toBe(Math.fround(0.1 / 1000));
    expect(timmMixup({ labelSmoothing: 0, numClasses: 3 }).targets(plan, labels)).toEqual(mixLabels(plan, labels, 3));
  });

  it('needs no size for mixup alone, and one for boxes', () => {
    expect(timmMixup({ mixupAlpha: 0.2 })(createRng(1), { rows: 3 }).kind).toBe('scalar');
    expect(() => timmMixup({ cutmixAlpha: 1 })(createRng(1), { rows: 3 })).toThrow('timmMixup: batch.height must be a whole number >= 1, got undefined');
  });

  it('gives pairs the same box, and the middle of an odd batch itself', () => {
    const { boxes, sources } = timmMixup({ mixupAlpha: 0, cutmixAlpha: 1, mode: 'pair' })(createRng(3), { rows: 5, height: 16, width: 16 }) as BoxPlan;
    expect(boxes.slice(0, 4)).toEqual(boxes.slice(16));
    expect(boxes.slice(4, 8)).toEqual(boxes.slice(12, 16));
    expect(boxes.slice(0, 4)).not.toEqual(boxes.slice(4, 8));
    expect(sources.slice(4, 6)).toEqual(Int32Array.of(2, 2));
  });

  it('counts labels by the drawn λ with correctLam: false', () => {
    const rng = createRng(5);
    const draws = Array.from({ length: 200 }, () => timmMixup({ mixupAlpha: 0, cutmixAlpha: 1, correctLam: false })(rng, { rows: 2, height: 9, width: 7 }) as BoxPlan);
    const shown = ({ boxes: [a, b, c, d] }: BoxPlan): number => 1 - ((c! - a!) * (d! - b!)) / 63;
    expect(draws.filter((plan) => Math.abs(plan.labelWeights[0]! - shown(plan)) > 0.1).length).toBeGreaterThan(50);
    // a box that the border does not cut has sides ⌊9 √(1 − λ)⌋ and ⌊7 √(1 − λ)⌋, odd ones too
    for (const { boxes: [a, b, c, d], labelWeights } of draws) {
      const side = Math.sqrt(1 - labelWeights[0]!);
      if (a! > 0 && c! < 9) expect(Math.abs(c! - a! - Math.floor(9 * side + 1e-6))).toBe(0);
      if (b! > 0 && d! < 7) expect(Math.abs(d! - b! - Math.floor(7 * side + 1e-6))).toBe(0);
    }
  });

  it('makes masks where a batch has both', () => {
    const plan = timmMixup({ cutmixAlpha: 1, mode: 'elem' })(createRng(2), { rows: 9, height: 4, width: 4 }) as MaskPlan;
    expect(plan).toMatchObject({ kind: 'mask', height: 4, width: 4, rows: 9 });
  });

  it('refuses arguments that timm has no meaning for', () => {
    expect(() => timmMixup({ mixupAlpha: 0 })).toThrow(new RangeError('timmMixup: mixupAlpha or cutmixAlpha must be > 0, or cutmixMinmax given, got none'));
    expect(() => timmMixup({ mixupAlpha: -1 })).toThrow('timmMixup: mixupAlpha must be >= 0 and finite, got -1');
    expect(() => timmMixup({ prob: 2 })).toThrow('timmMixup: prob must be in [0, 1], got 2');
    expect(() => timmMixup({ mode: 'half' as 'pair' })).toThrow("timmMixup: mode must be 'batch', 'pair' or 'elem', got 'half'");
    expect(() => timmMixup({ cutmixMinmax: [0.8, 0.2] })).toThrow('timmMixup: cutmixMinmax must be [min, max] with 0 <= min < max <= 1, got [0.8, 0.2]');
    expect(() => timmMixup({ mixupAlpha: 0, cutmixMinmax: [0.2, 0.3] })(createRng(1), { rows: 2, height: 3, width: 3 })).toThrow('timmMixup: images must be large enough for boxes of 0.2 to 0.3 of a side, got 3 × 3');
    expect(() => timmMixup()(createRng(1), { rows: 0 })).toThrow('timmMixup: batch.rows must be a whole number >= 1, got 0');
  });
});
