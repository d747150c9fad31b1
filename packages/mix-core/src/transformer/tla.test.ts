import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { type BoxPlan, cutmixBox, tla, tlaBox } from '../index.ts';

describe('tlaBox', () => {
  it('is the box of CutMix on the grid, times the patch', () => {
    const { box } = cutmixBox(4, 6, 0.4, [1, 2]);
    expect(tlaBox({ height: 12, width: 18, patch: 3, lambda: 0.4, centre: [1, 2] })).toEqual(box.map((edge) => 3 * edge));
  });

  it('refuses images that patches do not divide, and a centre outside of the grid', () => {
    expect(() => tlaBox({ height: 12, width: 17, patch: 3, lambda: 0.4, centre: [1, 2] })).toThrow(new RangeError('tlaBox: images must be divisible into patches of 3 × 3, got 12 × 17'));
    expect(() => tlaBox({ height: 12, width: 18, patch: 3, lambda: 0.4, centre: [4, 2] })).toThrow('cutmixBox: centre must be a pixel of 4 × 6, got [4, 2]');
  });
});

describe('tla', () => {
  it('cuts no patch', () => {
    for (const per of ['batch', 'sample'] as const) {
      const rng = createRng(1);
      for (let i = 0; i < 50; i++) {
        const plan = tla({ patch: 4, per })(rng, { rows: 3, height: 16, width: 20 }) as BoxPlan;
        expect(plan.boxes).toHaveLength(per === 'batch' ? 4 : 12);
        expect(plan.boxes.every((edge) => edge % 4 === 0)).toBe(true);
      }
    }
  });

  it('refuses images that patches do not divide', () => {
    expect(() => tla({ patch: -2 })).toThrow(new RangeError('tla: patch must be a whole number >= 1, got -2'));
    expect(() => tla()(createRng(1), { rows: 1, height: 16, width: 20 })).toThrow('tla: images must be divisible into patches of 16 × 16, got 16 × 20');
  });
});
