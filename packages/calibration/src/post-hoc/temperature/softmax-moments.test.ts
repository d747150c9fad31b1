import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { eachRowMoments, kernelHex, MOMENTS } from './softmax-moments.ts';

it('is what softmax-moments.wat says', async () => {
  const module = (await wabt()).parseWat('softmax-moments.wat', readFileSync(new URL('softmax-moments.wat', import.meta.url), 'utf8'), { simd: true });
  expect(Buffer.from(module.toBinary({}).buffer).toString('hex')).toBe(kernelHex);
});

it('sums what a plain loop sums', () => {
  const logits = fc.integer({ min: 1, max: 9 }).chain((columns) => fc.array(fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 30 }));
  fc.assert(fc.property(logits, fc.double({ min: 0, max: 100, noNaN: true }), fc.integer({ min: 1, max: 5 }), fc.boolean(), (rows, beta, stride, wide) => {
    const columns = rows[0]!.length;
    const values = wide ? Float64Array.from(rows.flat()) : Float32Array.from(rows.flat());
    const seen: number[] = [];
    eachRowMoments({ rows: rows.length, columns, values }, beta, stride, (row, moments, at) => {
      seen.push(row);
      const max = Math.max(...rows[row]!);
      for (let i = 0; i < MOMENTS - 1; i++) {
        const exact = rows[row]!.reduce((sum, x) => sum + Math.exp(beta * (x - max)) * (x - max) ** i, 0);
        expect(Math.abs(moments[at + i]! - exact)).toBeLessThanOrEqual(1e-11 * Math.abs(exact) + 1e-290);
      }
      expect(moments[at + MOMENTS - 1]).toBe(max);
    });
    expect(seen).toEqual(rows.map((_, n) => n).filter((n) => n % stride === 0));
  }), { seed: 1, numRuns: 300 });
});
