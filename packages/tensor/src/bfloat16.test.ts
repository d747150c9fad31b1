import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bfloat16ToFloat32, float32ToBfloat16 } from './bfloat16.ts';

const all = Uint16Array.from({ length: 65_536 }, (_, half) => half);
const isNaNHalf = (half: number): boolean => (half & 0x7fff) > 0x7f80;
const widen = (half: number): number => bfloat16ToFloat32(Uint16Array.of(half))[0]!;
const narrow = (value: number): number => float32ToBfloat16(Float32Array.of(value))[0]!;

describe('bfloat16ToFloat32', () => {
  it('is the upper half of a float32', () => {
    const words = new Uint32Array(bfloat16ToFloat32(all).buffer);
    expect(words.every((word, half) => word === half * 65_536)).toBe(true);
    expect([0x3f80, 0xc000, 0x0001, 0x7f7f, 0x7f80].map(widen)).toEqual([1, -2, 2 ** -133, 255 * 2 ** 120, Infinity]);
  });
});

describe('float32ToBfloat16', () => {
  it('gives back every bfloat16; NaNs stay NaNs', () => {
    const back = float32ToBfloat16(bfloat16ToFloat32(all));
    for (const half of all) expect(isNaNHalf(half) ? isNaNHalf(back[half]!) : back[half] === half).toBe(true);
  });

  it('keeps every NaN a NaN, whatever its payload', () => {
    const words = Uint32Array.of(0x7f80_0001, 0x7fff_ffff, 0xff80_0001, 0xffff_ffff, 0x7fc0_0000);
    expect(float32ToBfloat16(new Float32Array(words.buffer)).every(isNaNHalf)).toBe(true);
  });

  it('rounds to the nearest, halfway cases to even', () => {
    const halfway = (half: number): number => (widen(half) + widen(half + 1)) / 2;
    for (const half of [0, 1, 0x3f80, 0x3f81, 0x7f, 0x80, 0x7f7e]) {
      expect(narrow(halfway(half))).toBe(half + (half % 2));
      expect(narrow(-halfway(half))).toBe(0x8000 | (half + (half % 2)));
    }
    fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const chosen = narrow(value) & 0x7fff;
      const distance = (half: number): number => Math.abs(Math.abs(value) - (half === 0x7f80 ? 2 ** 128 : widen(half)));
      expect(distance(chosen)).toBeLessThanOrEqual(Math.min(distance(Math.max(chosen - 1, 0)), distance(Math.min(chosen + 1, 0x7f80))));
    }), { seed: 1, numRuns: 2000 });
  });

  it('rounds beyond the largest to infinity', () => {
    expect([narrow(3.4e38), narrow(-3.4e38), narrow(3.39e38)]).toEqual([0x7f80, 0xff80, 0x7f7f]);
  });
});
