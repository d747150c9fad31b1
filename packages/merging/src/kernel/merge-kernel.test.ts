import { createRng, normal, uniform } from '@mixwell/tensor';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { kernelHex, mergeKernel } from './merge-kernel.ts';
import { load, rooms } from './rooms.ts';
import { addAgreeing, addScaled, dot, finish, keepAbove, keepRandom, largestAgreeing, narrow, scale, subtract, sumMagnitudes } from './vectors.ts';

describe('merge-kernel.wat', () => {
  it('is what the digits are assembled from', async () => {
    const file = './merge-kernel.wat';
    const parsed = (await wabt()).parseWat(file, readFileSync(new URL(file, import.meta.url), 'utf8'), { simd: true });
    expect(Buffer.from(parsed.toBinary({}).buffer).toString('hex')).toBe(kernelHex);
  });

  it('computes tanh of products and exponentials of squares within a few units in the last place', () => {
    const { kernel } = mergeKernel();
    const { singles: [a, b, c] } = rooms(3, 0);
    const rng = createRng(1);
    const xs = Float32Array.from({ length: 4096 }, (_, e) => normal(rng) * 10 ** (uniform(rng, -4, e % 2 === 0 ? 0 : 1)));
    const ys = Float32Array.from(xs, () => normal(rng));
    load(a!, xs, 0, 4096);
    load(b!, ys, 0, 4096);
    kernel.tanhProduct(a!.byteOffset, b!.byteOffset, c!.byteOffset, 4096 * 4, 0);
    c!.forEach((got, e) => {
      const wanted = Math.tanh(Math.fround(xs[e]! * ys[e]!));
      expect(Math.abs(got - wanted)).toBeLessThanOrEqual(2.5e-7 * Math.abs(wanted));
    });
    const before = c!.slice();
    kernel.tanhProduct(a!.byteOffset, b!.byteOffset, c!.byteOffset, 4096 * 4, -1);
    expect(c!.every((got, e) => got === 2 * before[e]!)).toBe(true);
    const norms = Float32Array.from({ length: 4096 }, (_, e) => e / 4095);
    for (const [n, shift] of [[1, 0], [8, 0], [80, 0], [200, 120]] as const) {
      load(a!, norms, 0, 4096);
      b!.fill(1);
      kernel.timesExp(b!.byteOffset, a!.byteOffset, 4096 * 4, n, shift);
      b!.forEach((got, e) => {
        const exponent = Math.max(-87, n * norms[e]! ** 2 - shift);
        expect(Math.abs(got / Math.exp(exponent) - 1)).toBeLessThan(3e-7 * Math.max(1, n));
      });
    }
  });

  it('does what the loops over plain arrays do, at every length', () => {
    const rng = createRng(2);
    const draw = (length: number): Float32Array => Float32Array.from({ length }, () => (uniform(rng) < 0.2 ? 0 : Math.round(4 * normal(rng)) / 4));
    for (const length of [1, 2, 3, 4, 5, 7, 8, 31, 64, 101]) {
      const { singles, doubles } = rooms(3, 3, 128);
      const [x, y] = [draw(length), draw(length)];
      const both = (run: (a: Float32Array, b: Float32Array, to: Float32Array, sums: readonly Float64Array[]) => unknown): void => {
        const plain = [x.slice(), y.slice(), new Float32Array(length)] as const;
        const sums = [1, 2, 3].map(() => new Float64Array(length));
        const room = [load(singles[0]!, x, 0, length), load(singles[1]!, y, 0, length), load(singles[2]!, new Float32Array(length), 0, length)] as unknown as [Float32Array, Float32Array, Float32Array];
        doubles.forEach((sum) => sum.fill(0));
        const cut = doubles.map((sum) => sum.subarray(0, length));
        const wanted = run(...plain, sums);
        expect(run(...room, cut)).toEqual(wanted);
        expect(room.map((r) => Array.from(r, (v) => v + 0))).toEqual(plain.map((r) => Array.from(r, (v) => v + 0)));
        expect(cut.map((r) => Array.from(r))).toEqual(sums.map((r) => Array.from(r)));
      };
      both((a, b, to) => subtract(a, b, to));
      both((a) => scale(a, 0.5));
      both((a, b) => dot(a, b));
      both((a) => sumMagnitudes(a));
      both((a) => keepAbove(a, 0.5, true));
      both((a) => keepAbove(a, 0.5, false));
      both((a) => keepRandom(a, [123, -456], 1000, 0.4, 2.5));
      both((a) => keepRandom(a, [-3, 7], 3 * 2 ** 32 + 5, 0.9, 1));
      both((a, _, to, [sum]) => { addScaled(a, 0.75, sum!); narrow(sum!, to); });
      both((a, b, to, [elected, mixed, divisor]) => {
        addScaled(a, 1, elected!);
        addScaled(b, 1, elected!);
        addAgreeing(a, 0.5, elected!, mixed!, divisor!);
        addAgreeing(b, 1, elected!, mixed!, divisor!);
        finish(a, mixed!, divisor!, 2, to);
      });
    }
  });

  it('draws the same random bits across the border of 2^32 places', () => {
    const { singles: [room] } = rooms(1, 0, 64);
    const ones = new Float32Array(64).fill(1);
    const at = 2 ** 32 - 30;
    keepRandom(load(room!, ones, 0, 64) as Float32Array, [5, 6], at, 0.5, 1);
    const plain = ones.slice();
    keepRandom(plain, [5, 6], at, 0.5, 1);
    expect(Array.from(room!)).toEqual(Array.from(plain));
  });

  it('takes the largest magnitude of the elected sign', () => {
    const { singles: [a, b], doubles: [elected, mixed] } = rooms(2, 2, 8);
    elected!.set([1, 1, -1, -1, 0, 2, -2, 1]);
    mixed!.fill(0);
    load(a!, Float32Array.of(1, -1, 1, -1, 2, 3, -4, 0), 0, 8);
    load(b!, Float32Array.of(2, -3, 5, -2, -2, 1, -1, -1), 0, 8);
    largestAgreeing(a!, elected!, mixed!);
    largestAgreeing(b!, elected!, mixed!);
    expect(Array.from(mixed!)).toEqual([2, 0, 0, -2, 2, 3, -4, 0]);
  });
});
