import { createRng } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridKeep, gridmix } from '../index.ts';

const square = { lambda: 0.5, area: 1, aspect: 1, offset: [0, 0] as const };

describe('gridKeep', () => {
  it('cuts holes of √(1 − λ) of each patch', () => {
    const keep = gridKeep({ ...square, height: 6, width: 6, holes: 2 }); // patches of 3, holes of 2
    const rows = Array.from({ length: 6 }, (_, y) => Array.from(keep.subarray(6 * y, 6 * y + 6)).join(''));
    expect(rows).toEqual(['001001', '001001', '111111', '001001', '001001', '111111']);
  });

  it('leaves a pixel of each hole at λ = 1, and a pixel of each patch at λ = 0', () => {
    const shown = (lambda: number): number => gridKeep({ ...square, lambda, height: 6, width: 6, holes: 2 }).reduce((a, b) => a + b) / 36;
    expect(shown(1)).toBe(1 - 4 / 36);
    expect(shown(0)).toBe(1 - 16 / 36);
  });

  it('cuts a crop to the image where it does not fit, and stays within', () => {
    fc.assert(fc.property(
      fc.record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 2, max: 9 }), lambda: fc.double({ min: 0, max: 1, noNaN: true }), u: fc.double({ min: 0, max: 1, noNaN: true }), v: fc.double({ min: 0, max: 1, noNaN: true }), aspect: fc.constantFrom(0.01, 0.3, 1, 1.7) }),
      ({ height, width, lambda, u, v, aspect }) => {
        fc.pre(Math.floor(Math.sqrt((height * width) / aspect)) >= 2);
        const keep = gridKeep({ height, width, lambda, holes: 1, area: 1, aspect, offset: [u, v] });
        expect(keep).toHaveLength(height * width);
        expect(keep.every((value) => value === 0 || value === 1)).toBe(true);
      },
    ));
  });

  it('refuses values out of range, and more holes than half the width of the crop', () => {
    const choice = { ...square, height: 6, width: 6, holes: 2 };
    expect(() => gridKeep({ ...choice, holes: 4 })).toThrow(new RangeError('gridKeep: holes must be a whole number from 1 to 3, half the width of the crop, got 4'));
    expect(() => gridKeep({ ...choice, holes: 0 })).toThrow('got 0');
    expect(() => gridKeep({ ...choice, lambda: 1.5 })).toThrow('gridKeep: lambda must be in [0, 1], got 1.5');
    expect(() => gridKeep({ ...choice, area: 0 })).toThrow('gridKeep: area must be in (0, 1], got 0');
    expect(() => gridKeep({ ...choice, aspect: -1 })).toThrow('gridKeep: aspect must be > 0 and finite, got -1');
    expect(() => gridKeep({ ...choice, offset: [0, 2] })).toThrow('gridKeep: offset[1] must be in [0, 1], got 2');
    expect(() => gridKeep({ ...choice, holeAspect: 0.1 })).toThrow('gridKeep: holeAspect must leave a patch of 3 columns at least one row, got 0.1');
  });
});

describe('gridmix', () => {
  it('says which images are too small for a grid', () => {
    expect(() => gridmix()(createRng(1), { rows: 2, height: 1, width: 1 })).toThrow(new RangeError('gridmix: images must be so large that every crop has 2 columns, got 1 × 1, where one may have 0'));
    expect(() => gridmix()(createRng(1), { rows: 2, height: 9, width: 1 })).toThrow(RangeError);
    const rng = createRng(2);
    for (let i = 0; i < 300; i++) expect(gridmix()(rng, { rows: 3, height: 4, width: 4 }).kind).toBe('mask');
  });

  it('refuses ranges that are none', () => {
    expect(() => gridmix({ holes: [2.5, 3] })).toThrow('gridmix: holes must be [least, most] of whole numbers with 0 < least <= most, got [2.5, 3]');
    expect(() => gridmix({ area: [0.5, 1.5] })).toThrow('gridmix: area must be [least, most] with 0 < least <= most <= 1, got [0.5, 1.5]');
    expect(() => gridmix({ aspect: [2, 1] })).toThrow('gridmix: aspect must be [least, most] with 0 < least <= most, got [2, 1]');
    expect(() => gridmix({ alpha: 0 })).toThrow('gridmix: alpha must be > 0, got 0');
  });
});
