import { createRng } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, type BoxPlan, cutmix, cutmixBox, cutmixPlan } from '../index.ts';

describe('cutmixBox', () => {
  it('covers everything for λ = 0 at the centre and nothing for λ = 1', () => {
    expect(cutmixBox(8, 4, 0, [4, 2])).toEqual({ box: [0, 0, 8, 4], lambda: 0 });
    expect(cutmixBox(8, 4, 1, [4, 2])).toEqual({ box: [4, 2, 4, 2], lambda: 1 });
  });

  it('is cut off at the border, and λ counts the pixels that are left', () => {
    expect(cutmixBox(10, 10, 0.05, [9, 0])).toEqual({ box: [5, 0, 10, 4], lambda: 1 - 20 / 100 });
    expect(cutmixBox(10, 20, 0, [0, 0])).toEqual({ box: [0, 0, 5, 10], lambda: 0.75 });
  });

  it('loses a pixel of odd sides', () => {
    expect(cutmixBox(6, 6, 0.75, [3, 3])).toEqual({ box: [2, 2, 4, 4], lambda: 1 - 4 / 36 });
  });

  it('works on a single pixel', () => {
    expect(cutmixBox(1, 1, 0, [0, 0])).toEqual({ box: [0, 0, 0, 0], lambda: 1 });
  });

  it('refuses what is no λ, no pixel, no size', () => {
    expect(() => cutmixBox(8, 8, 1.1, [0, 0])).toThrow(new RangeError('cutmixBox: lambda must be in [0, 1], got 1.1'));
    expect(() => cutmixBox(8, 8, 0.5, [8, 0])).toThrow('cutmixBox: centre must be a pixel of 8 × 8, got [8, 0]');
    expect(() => cutmixBox(8, 0, 0.5, [0, 0])).toThrow('cutmixBox: width must be a whole number >= 1, got 0');
  });
});

describe('cutmixPlan', () => {
  it('shows the partner in the box and the image around it', () => {
    const images = drawnImages(4, [2, 3, 4, 2]);
    const plan = cutmixPlan({ height: 3, width: 4, partner: [1, 0], boxes: [[1, 0, 3, 2]] });
    const { data } = applyPlan(plan, images);
    for (let i = 0; i < 48; i++) {
      const [row, y, x] = [Math.floor(i / 24), Math.floor(i / 8) % 3, Math.floor(i / 2) % 4];
      const inside = y >= 1 && x < 2;
      expect(data[i]).toBe(images.data[inside ? (i + 24) % 48 : i]);
      expect(plan.labelWeights[2 * row]).toBeCloseTo(1 - 4 / 12, 7);
    }
  });

  it('takes a box for each row', () => {
    expect(cutmixPlan({ height: 2, width: 2, partner: [1, 0], boxes: [[0, 0, 1, 2], [0, 0, 0, 0]] }).labelWeights).toEqual(Float32Array.of(0.5, 0.5, 1, 0));
  });

  it('refuses boxes outside of the image, and another number of them', () => {
    expect(() => cutmixPlan({ height: 2, width: 2, partner: [0], boxes: [[0, 0, 3, 2]] })).toThrow('cutmixPlan: boxes must be [row0, column0, row1, column1] within 2 × 2, got [0, 0, 3, 2]');
    expect(() => cutmixPlan({ height: 2, width: 2, partner: [0], boxes: [[2, 0, 1, 2]] })).toThrow(RangeError);
    expect(() => cutmixPlan({ height: 2, width: 2, partner: [0, 1, 2], boxes: [] })).toThrow('cutmixPlan: boxes must be one, or one for each of 3 rows, got 0');
  });
});

describe('cutmix', () => {
  it.each([[1, 28, 28], [7, 5, 9], [3, 1, 1]])('works on %d images of %d × %d', (rows, height, width) => {
    const images = drawnImages(6, [rows, height, width, 1]);
    for (const per of ['batch', 'sample'] as const) {
      const plan = cutmix({ per })(createRng(7), { rows, height, width }) as BoxPlan;
      expect(plan.boxes).toHaveLength(per === 'batch' ? 4 : 4 * rows);
      expect(applyPlan(plan, images).shape).toEqual([rows, height, width, 1]);
    }
  });

  it("gives an image and its partner the same box with per: 'pair'", () => {
    const { boxes } = cutmix({ per: 'pair', partner: 'reverse' })(createRng(4), { rows: 5, height: 16, width: 16 }) as BoxPlan;
    expect(boxes.slice(0, 4)).toEqual(boxes.slice(16));
    expect(boxes.slice(4, 8)).toEqual(boxes.slice(12, 16));
    expect(boxes.slice(0, 4)).not.toEqual(boxes.slice(8, 12));
  });

  it('has the boxes of torchvision, whose rounding only looks different', () => {
    fc.assert(fc.property(fc.record({ height: fc.integer({ min: 1, max: 300 }), width: fc.integer({ min: 1, max: 300 }), lambda: fc.double({ min: 0, max: 1, noNaN: true }), u: fc.double({ min: 0, max: 0.999, noNaN: true }) }), ({ height, width, lambda, u }) => {
      const [row, column] = [Math.floor(u * height), Math.floor(u * width)];
      const half = 0.5 * Math.sqrt(1 - lambda);
      const [down, across] = [Math.trunc(half * height), Math.trunc(half * width)];
      const wanted = [Math.max(row - down, 0), Math.max(column - across, 0), Math.min(row + down, height), Math.min(column + across, width)];
      expect(cutmixBox(height, width, lambda, [row, column]).box).toEqual(wanted);
    }));
  });

  it('draws sides between shares of the image with minmax', () => {
    expect(() => cutmix({ minmax: [0.2, 0.8], alpha: 1 })).toThrow(new TypeError('cutmix: takes alpha, lambda or minmax, got several'));
    expect(() => cutmix({ minmax: [0.5, 0.5] })).toThrow('cutmix: minmax must be [min, max] with 0 <= min < max <= 1, got [0.5, 0.5]');
    expect(() => cutmix({ minmax: [0.2, 0.8] })(createRng(1), { rows: 1, height: 1, width: 1 })).toThrow('cutmix: images must be large enough for boxes of 0.2 to 0.8 of a side, got 1 × 1');
  });

  it('refuses alpha <= 0 and images of another size', () => {
    expect(() => cutmix({ alpha: -1 })).toThrow(new RangeError('cutmix: alpha must be > 0, got -1'));
    const plan = cutmix()(createRng(1), { rows: 2, height: 4, width: 6 });
    expect(() => applyPlan(plan, drawnImages(1, [2, 6, 4, 1]))).toThrow(new RangeError('applyPlan: boxes were drawn for 4 × 6, got 6 × 4'));
    expect(() => applyPlan(plan, drawnImages(1, [3, 4, 6, 1]))).toThrow('applyPlan: images must be 2, got shape [3, 4, 6, 1]');
  });
});
