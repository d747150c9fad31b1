import { readFileSync } from 'node:fs';
import { createRng, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { softmax } from '../inputs/softmax.ts';
import { kernelHex } from './row-kernel.ts';

describe('the kernel', () => {
  it('is row-kernel.wat, assembled', async () => {
    const file = 'row-kernel.wat';
    const parsed = (await wabt()).parseWat(file, readFileSync(new URL(file, import.meta.url), 'utf8'), { simd: true, bulk_memory: true });
    expect(Buffer.from(parsed.toBinary({}).buffer).toString('hex')).toBe(kernelHex);
  });
});

/** Softmax of one row by its definition; its sum rounds in another order. */
function naive(row: readonly number[]): number[] {
  const max = Math.max(...row);
  const weights = row.map((z) => Math.exp(z - max));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / sum);
}

describe('softmax', () => {
  it.each(['float64', 'float32'] as const)('of %s rows of any length is softmax to a few units in the last place', (dtype) => {
    const rng = createRng(4);
    for (const classes of [1, 2, 3, 4, 5, 7, 10, 33, 100, 1001]) {
      for (const scale of [0.01, 1, 30]) {
        const rows = 37;
        const drawn = Array.from({ length: rows * classes }, () => normal(rng, 0, scale));
        const data = dtype === 'float32' ? Float32Array.from(drawn) : Float64Array.from(drawn);
        const { data: p } = softmax({ data, shape: [rows, classes] });
        let worst = 0;
        for (let n = 0; n < rows; n++) {
          for (const [k, q] of naive(Array.from(data.subarray(n * classes, (n + 1) * classes))).entries()) worst = Math.max(worst, Math.abs(p[n * classes + k]! - q) / q);
        }
        expect(worst / 2 ** -52, `${classes} classes`).toBeLessThan(8 + classes / 16);
      }
    }
  });

  it('is exact where it can be, and 0 beyond e^-708', () => {
    expect([...softmax([[1e300, 1e300]]).data]).toEqual([0.5, 0.5]);
    expect([...softmax([[0, -709, -1e6, -1e300]]).data]).toEqual([1, 0, 0, 0]);
    expect(softmax([[0, -707]]).data[1]! / Math.exp(-707)).toBeCloseTo(1, 14);
    expect([...softmax([[3, 3, 3, 3, 3, 3, 3, 3]]).data]).toEqual(Array.from({ length: 8 }, () => 1 / 8));
  });

  it('leaves what it is given as it was', () => {
    const logits = Float64Array.of(1, 2, 3, 4);
    softmax({ data: logits, shape: [2, 2] });
    expect([...logits]).toEqual([1, 2, 3, 4]);
  });

  it('names the first logit that is not finite, wherever it lies', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const [rows, classes, row, k] of [[1, 1, 0, 0], [3, 3, 2, 2], [70_000, 2, 65_000, 1], [5, 7, 4, 6]] as const) {
        const data = new Float32Array(rows * classes);
        data[row * classes + k] = bad;
        expect(() => softmax({ data, shape: [rows, classes] })).toThrow(new RangeError(`softmax: logits: row ${row}, class ${k} must be finite, got ${bad}`));
      }
    }
  });
});
