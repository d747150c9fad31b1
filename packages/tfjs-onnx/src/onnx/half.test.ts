import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from './half.ts';

describe('toHalf and fromHalf', () => {
  it('give every number of 16 bits back', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const back = toHalf(fromHalf(all));
    expect(all.findIndex((bits, i) => back[i] !== bits && !((bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0))).toBe(-1);
  });

  it('round to the nearest, ties to even, and beyond the largest to infinity', () => {
    const round = (value: number): number => fromHalf(toHalf(Float32Array.of(value)))[0]!;
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20].map(round)).toEqual([1, 1 + 2 ** -9, 1 + 2 ** -10]);
    expect([65504, 65519.99, 65520, -1e9].map(round)).toEqual([65504, 65504, Infinity, -Infinity]);
    expect([2 ** -24, 2 ** -25, 1.5 * 2 ** -25, 2 ** -14 - 2 ** -26].map(round)).toEqual([2 ** -24, 0, 2 ** -24, 2 ** -14]);
    expect(round(2 - 2 ** -23)).toBe(2);
    expect(round(NaN)).toBeNaN();
    expect(Object.is(round(-0), -0)).toBe(true);
  });
});
