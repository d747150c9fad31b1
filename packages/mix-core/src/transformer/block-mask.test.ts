import { createRng, integer, uniform } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockDraws, blockMask } from '../index.ts';

const drawing = (seed: number): BlockDraws => {
  const rng = createRng(seed);
  return { uniform: (low, high) => uniform(rng, low, high), integer: (low, high) => integer(rng, low, high) };
};
const count = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);

describe('blockMask', () => {
  it('marks the block that is drawn: area 6, aspect 2/3', () => {
    const numbers = [6, Math.log(2 / 3), 1, 0];
    const next = (): number => numbers.shift()!;
    const mask = blockMask({ height: 4, width: 4, tokens: 6 }, { uniform: next, integer: next });
    expect(Array.from(mask)).toEqual([0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(numbers).toEqual([]);
  });

  it('draws no place for a block that does not fit, rounds halves to even, and drops a block that adds too much', () => {
    // 16 × 1 is as high as the grid; sides of 2.5 become 2; the third covers six more than one
    const numbers = [16, Math.log(16), 6.25, 0, 0, 0, 9, 0, 1, 1, 1, 0, 3, 3];
    const next = (): number => numbers.shift()!;
    const mask = blockMask({ height: 4, width: 4, tokens: 5 }, { uniform: next, integer: next });
    expect(Array.from(mask)).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(numbers).toEqual([]);
  });

  it('never marks more than asked for, on any grid', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (height, width, share, seed) => {
      const tokens = Math.floor(share * height * width);
      const mask = blockMask({ height, width, tokens }, drawing(seed));
      expect(mask).toHaveLength(height * width);
      expect(count(mask)).toBeLessThanOrEqual(tokens);
    }), { seed: 1, numRuns: 200 });
  });

  it('gives up where no block fits', () => {
    expect(count(blockMask({ height: 1, width: 1, tokens: 1 }, drawing(1)))).toBe(0);
  });

  it('refuses grids, tokens and aspects that are none', () => {
    const draws = drawing(1);
    expect(() => blockMask({ height: 0, width: 4, tokens: 0 }, draws)).toThrow(new RangeError('blockMask: height must be a whole number >= 1, got 0'));
    expect(() => blockMask({ height: 2, width: 4, tokens: 9 }, draws)).toThrow(new RangeError('blockMask: tokens must be at most 2 × 4, got 9'));
    expect(() => blockMask({ height: 2, width: 4, tokens: 2, minAspect: 1.5 }, draws)).toThrow(new RangeError('blockMask: minAspect must be in (0, 1], got 1.5'));
  });
});

describe('the law of blocks over 10⁵ draws', () => {
  it('areas are uniform, logarithms of aspects too, and places cover what they may', () => {
    const draws = drawing(5);
    const [areas, aspects, tops]: number[][] = [[], [], []];
    let calls = 0;
    const watched: BlockDraws = {
      uniform(low, high) {
        const value = draws.uniform(low, high);
        if (calls++ % 2 === 0) areas!.push((value - low) / (high - low || 1));
        else aspects!.push((value - low) / (high - low));
        return value;
      },
      integer(low, high) {
        const value = draws.integer(low, high);
        tops!.push((value - low + 0.5) / (high - low));
        return value;
      },
    };
    while (areas!.length < 1e5) blockMask({ height: 14, width: 14, tokens: 131 }, watched);
    for (const drawn of [areas!, aspects!]) {
      const wide = drawn.filter((value) => value > 0).sort((a, b) => a - b);
      const distance = Math.max(...wide.map((value, i) => Math.abs(value - (i + 0.5) / wide.length)));
      expect(distance).toBeLessThan(0.01);
    }
    const mean = tops!.reduce((a, b) => a + b) / tops!.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * tops!.length));
  });

  it('a block is as high and wide as area and aspect say', () => {
    const draws = drawing(6);
    for (let i = 0; i < 1e5; i++) {
      const [area, logAspect] = [draws.uniform(1, 40), draws.uniform(Math.log(0.3), -Math.log(0.3))];
      const [h, w] = [Math.round(Math.sqrt(area * Math.exp(logAspect))), Math.round(Math.sqrt(area / Math.exp(logAspect)))];
      const numbers = [area, logAspect];
      // whatever comes after the first block is too large for the grid
      const mask = blockMask({ height: 14, width: 14, tokens: 60 }, { uniform: () => numbers.shift() ?? 1e9, integer: draws.integer });
      const rows = new Set<number>();
      mask.forEach((marked, at) => { if (marked === 1) rows.add(Math.floor(at / 14)); });
      if (count(mask) !== h * w || rows.size !== h) expect([count(mask), rows.size]).toEqual([h * w, h]);
    }
  });

  it('19 of 20 masks come to the number of tokens', () => {
    const draws = drawing(7);
    let full = 0;
    for (let i = 0; i < 2000; i++) full += Number(count(blockMask({ height: 14, width: 14, tokens: 131 }, draws)) === 131);
    expect(Math.abs(full / 2000 - 0.95)).toBeLessThan(0.02);
  });
});
