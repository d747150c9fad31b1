import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Values } from '../method.ts';
import { type BlockSource, largest, magnitudesAt } from './largest.ts';

const sourceOf = (values: Values, block: number): BlockSource => ({
  size: values.length,
  each: (visit) => { for (let start = 0; start < values.length; start += block) visit(values.subarray(start, start + block), start); },
});

describe('largest', () => {
  it('is the beginning of a stable sort by magnitude, in both precisions, whatever the blocks', () => {
    const values = fc.array(fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1, -1, 2, -2)), { minLength: 1, maxLength: 60 });
    fc.assert(fc.property(values, fc.nat({ max: 60 }), fc.integer({ min: 1, max: 9 }), fc.boolean(), (list, count, block, single) => {
      const xs = single ? Float32Array.from(list) : Float64Array.from(list);
      const order = Array.from(xs.keys()).sort((a, b) => Math.abs(xs[b]!) - Math.abs(xs[a]!) || a - b);
      const wanted = new Set(order.slice(0, count));
      const { threshold, lastTie } = largest(sourceOf(xs, block), count);
      xs.forEach((x: number, i: number) => expect(Math.abs(x) > threshold || (Math.abs(x) === threshold && i <= lastTie)).toBe(wanted.has(i)));
    }), { numRuns: 150, seed: 3 });
  });

  it('gives magnitudes by rank', () => {
    expect(magnitudesAt(sourceOf(Float64Array.of(3, -1, 2, -5), 2), [0, 1, 3])).toEqual([1, 2, 5]);
  });
});
