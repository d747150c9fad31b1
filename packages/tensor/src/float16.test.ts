import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from './float16.ts';

const all = Uint16Array.from({ length: 65_536 }, (_, half) => half);
const isNaNHalf = (half: number): boolean => (half & 0x7fff) > 0x7c00;

/** The value by the definition of the format; infinity counts as one step above the largest. */
function definition(half: number): number {
  const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The nearest by search among neighbours. */
function nearest(value: number): number {
  const magnitude = Math.min(Math.abs(value), 65_536);
  let [low, high] = [0, 0x7c00];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (definition(middle) <= magnitude) low = middle;
    else high = middle;
  }
  const [below, above] = [magnitude - definition(low), definition(high) - magnitude];
  const chosen = below < above || (below === above && low % 2 === 0) ? low : high;
  return chosen | (Object.is(Math.sign(value), -0) || value < 0 ? 0x8000 : 0);
}

describe('float16ToFloat32', () => {
  it('is exact for every finite value', () => {
    const values = float16ToFloat32(all);
    for (const half of all) if ((half & 0x7c00) !== 0x7c00) expect(values[half]).toBe(half === 0x8000 ? -0 : definition(half));
  });

  it('keeps infinities and NaNs', () => {
    const values = float16ToFloat32(all);
    expect([values[0x7c00], values[0xfc00]]).toEqual([Infinity, -Infinity]);
    expect(all.filter(isNaNHalf).every((half) => Number.isNaN(values[half]))).toBe(true);
  });
});

describe('float32ToFloat16', () => {
  it('gives back every binary16; NaNs stay NaNs', () => {
    const back = float32ToFloat16(float16ToFloat32(all));
    for (const half of all) expect(isNaNHalf(half) ? isNaNHalf(back[half]!) : back[half] === half).toBe(true);
  });

  it('rounds halfway cases to even, between any two neighbours', () => {
    const halfway = Float32Array.from({ length: 0x7bff }, (_, half) => (definition(half) + definition(half + 1)) / 2);
    expect(Array.from(float32ToFloat16(halfway))).toEqual(Array.from({ length: 0x7bff }, (_, half) => half + (half % 2)));
    expect(Array.from(float32ToFloat16(halfway.map((x) => -x)))).toEqual(Array.from({ length: 0x7bff }, (_, half) => 0x8000 | (half + (half % 2))));
  });

  it('rounds to the nearest', () => {
    fc.assert(fc.property(fc.oneof(fc.float({ noNaN: true }), fc.float({ min: -65_536, max: 65_536, noNaN: true }), fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true })), (value) => {
      expect(float32ToFloat16(Float32Array.of(value))[0]).toBe(nearest(value));
    }), { seed: 1, numRuns: 3000 });
  });

  it('ends at 65,504: what would round to the next step is infinity', () => {
    expect(Array.from(float32ToFloat16(Float32Array.of(65_519.996, 65_520, 1e30, Infinity, -65_520)))).toEqual([0x7bff, 0x7c00, 0x7c00, 0x7c00, 0xfc00]);
  });

  it('reads a part of a larger array', () => {
    expect(Array.from(float32ToFloat16(Float32Array.of(9, 1, 2, 9).subarray(1, 3)))).toEqual([0x3c00, 0x4000]);
  });
});
