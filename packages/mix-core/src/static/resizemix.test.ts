import { createRng, hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, resizemix, resizemixBox, resizemixPlan } from '../index.ts';

describe('resizemixPlan', () => {
  it('pastes the whole partner into the box, nearest or bilinear', () => {
    const images = hostTensor('float32', [2, 2, 4, 1], Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8));
    const mixed = (resize: 'nearest' | 'bilinear'): number[] => Array.from(applyPlan(resizemixPlan({ height: 2, width: 4, partner: [1, 0], boxes: [[1, 1, 2, 3]], resize }), images).data.subarray(0, 8));
    expect(mixed('nearest')).toEqual([0, 0, 0, 0, 0, 1, 3, 0]);
    expect(mixed('bilinear')).toEqual([0, 0, 0, 0, 0, (1.5 + 5.5) / 2, (3.5 + 7.5) / 2, 0]);
  });

  it('leaves images as they are where the box is empty', () => {
    const images = drawnImages(1, [3, 5, 4, 1]);
    const plan = resizemixPlan({ height: 5, width: 4, partner: [1, 2, 0], boxes: [[2, 2, 2, 2]] });
    expect(applyPlan(plan, images)).toEqual(images);
    expect(plan.labelWeights).toEqual(Float32Array.of(1, 0, 1, 0, 1, 0));
  });

  it('refuses another way to resize, boxes outside', () => {
    expect(() => resizemixPlan({ height: 2, width: 2, partner: [0], boxes: [[0, 0, 1, 1]], resize: 'cubic' as 'nearest' })).toThrow("resizemixPlan: resize must be 'nearest' or 'bilinear', got 'cubic'");
    expect(() => resizemixPlan({ height: 2, width: 2, partner: [0], boxes: [[0, 0, 3, 1]] })).toThrow('resizemixPlan: boxes must be [row0, column0, row1, column1] within 2 × 2, got [0, 0, 3, 1]');
    expect(() => resizemixBox(4, 4, 1.5, [0, 0])).toThrow('resizemixBox: tau must be in [0, 1], got 1.5');
    expect(() => resizemixBox(4, 4, 0.5, [4, 0])).toThrow('resizemixBox: centre must be a pixel of 4 × 4, got [4, 0]');
  });
});

describe('resizemix', () => {
  it.each([[1, 28, 28], [7, 5, 9], [3, 1, 1]])('works on %d images of %d × %d', (rows, height, width) => {
    const images = drawnImages(6, [rows, height, width, 1]);
    for (const per of ['batch', 'sample'] as const) {
      for (const resize of ['nearest', 'bilinear'] as const) expect(applyPlan(resizemix({ per, resize })(createRng(7), { rows, height, width }), images).shape).toEqual([rows, height, width, 1]);
    }
  });

  it('refuses what is no option', () => {
    expect(() => resizemix({ tau: 'log' as 'beta' })).toThrow("resizemix: tau must be 'beta' or 'uniform', got 'log'");
    expect(() => resizemix({ scope: [0.5, 0.2] })).toThrow('resizemix: scope must be [least, most] with 0 <= least <= most <= 1, got [0.5, 0.2]');
    expect(() => resizemix({ alpha: Number.NaN })).toThrow('resizemix: alpha must be > 0, got NaN');
  });
});
