import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kolmogorov, shareError, shareOf } from './fixtures.ts';
import { createRng, restoreRng, type Rng, type RngState } from './rng.ts';

const draws = (rng: Rng, n: number): number[] => Array.from({ length: n }, () => rng.next());

/** Drawn numbers scaled to [0, 1). */
const scaled = (n: number, draw: (i: number) => number): Float64Array => new Float64Array(n).map((_, i) => draw(i) / 2 ** 32);

const correlationError = (a: Float64Array, b: Float64Array): number => Math.abs(a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0) / a.length) * 12 * Math.sqrt(a.length);

describe('createRng', () => {
  // a changed number here breaks everyone's seeds
  it('gives the numbers it has always given', () => {
    expect(draws(createRng(2026), 4)).toEqual([151961655, 2206152243, 4000860464, 2599329345]);
    expect(createRng(-1).next()).toBe(445027523);
    expect(createRng(Number.MAX_SAFE_INTEGER).next()).toBe(2083113354);
  });

  it('gives whole numbers below 2³², whose bits are ones half of the time', () => {
    const rng = createRng(1);
    const n = 20_000;
    const values = draws(rng, n);
    expect(values.every((x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32)).toBe(true);
    for (let bit = 0; bit < 32; bit++) expect(shareError(values.filter((x) => (x >>> bit) & 1).length / n, 0.5, n)).toBeLessThan(4);
    expect(kolmogorov(Float64Array.from(values, (x) => x / 2 ** 32), (x) => x)).toBeLessThan(1.95);
  });

  it('gives unlike streams for neighbouring seeds', () => {
    const n = 20_000;
    expect(kolmogorov(scaled(n, (seed) => createRng(seed).next()), (x) => x)).toBeLessThan(1.95);
    const [a, b] = [createRng(8), createRng(9)];
    expect(correlationError(scaled(n, () => a.next()), scaled(n, () => b.next()))).toBeLessThan(4);
  });

  it.each([0.5, NaN, Infinity, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => createRng(seed)).toThrow(new RangeError(`createRng: seed must be a whole number, got ${seed}`));
  });
});

describe('split', () => {
  it('gives the streams it has always given', () => {
    const rng = createRng(2026);
    expect([rng.split(7), rng.split('7'), rng.split('noise').split(3), rng.split(0.5)].map((stream) => stream.next())).toEqual([3204219554, 218018168, 2057163788, 2739052903]);
  });

  it('depends on seed, keys and nothing else, and does not advance', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), fc.oneof(fc.string(), fc.integer()), fc.nat(20), (seed, key, steps) => {
      const [fresh, used] = [createRng(seed), createRng(seed)];
      draws(used, steps);
      expect(draws(used.split(key), 3)).toEqual(draws(fresh.split(key), 3));
      expect(draws(restoreRng(used.state()).split(key), 3)).toEqual(draws(fresh.split(key), 3));
      expect(draws(fresh, steps)).toEqual(draws(createRng(seed), steps));
    }), { seed: 1, numRuns: 200 });
  });

  it('gives each path of keys a stream of its own', () => {
    const root = createRng(3);
    const streams = [
      root, createRng(4), createRng(-3), root.split(3), root.split('3'), root.split(''), root.split('a').split('b'), root.split('b').split('a'), root.split('ab'), root.split('ba'), root.split('a,b'),
      ...Array.from({ length: 3000 }, (_, i) => root.split(i + 10)), ...Array.from({ length: 3000 }, (_, i) => root.split(`layer${i}.weight`)),
      ...Array.from({ length: 3000 }, (_, i) => root.split(i % 50 + 5000).split(Math.floor(i / 50))),
    ];
    expect(new Set(streams.map((stream) => stream.state().key.join())).size).toBe(streams.length);
  });

  it('gives streams that are uncorrelated with one another and with their parent', () => {
    const n = 20_000;
    const root = createRng(5);
    const [a, b] = [root.split(0), root.split(1)].map((stream) => scaled(n, () => stream.next())) as [Float64Array, Float64Array];
    const parent = scaled(n, () => root.next());
    for (const [x, y] of [[a, b], [a, parent], [b, parent]] as const) expect(correlationError(x, y)).toBeLessThan(4);
    // across streams: first draws, and draws that take turns
    expect(kolmogorov(scaled(n, (i) => root.split(i).next()), (x) => x)).toBeLessThan(1.95);
    const first = scaled(n, (i) => root.split(i).next());
    expect(correlationError(first.subarray(1), first.subarray(0, n - 1))).toBeLessThan(4);
    expect(shareError(shareOf(first, (x) => (x * 2 ** 32) % 2 === 1), 0.5, n)).toBeLessThan(4);
  });

  it.each([NaN, Infinity])('refuses the key %s', (key) => {
    expect(() => createRng(1).split(key)).toThrow(new RangeError(`split: key must be finite, got ${key}`));
  });
});

describe('restoreRng', () => {
  it('goes on where the stream stood, after a way through JSON', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), fc.nat(50), (seed, steps) => {
      const rng = createRng(seed).split('x');
      draws(rng, steps);
      const state = JSON.parse(JSON.stringify(rng.state())) as RngState;
      const rest = draws(rng, 5);
      expect(draws(restoreRng(state), 5)).toEqual(rest);
      expect(draws(restoreRng(state), 5)).toEqual(rest);
    }), { seed: 2, numRuns: 100 });
  });

  it('is not moved by later draws of the stream that gave the state', () => {
    const rng = createRng(1);
    const state = rng.state();
    const before = JSON.stringify(state);
    draws(rng, 3);
    restoreRng(state).next();
    expect(JSON.stringify(state)).toBe(before);
  });

  it.each([null, {}, { key: [1, 2, 3, 4] }, { key: [1, 2, 3], generator: [1, 2, 3, 4] }, { key: [1, 2, 3, 4], generator: [1, 2, 3, 0.5] }, { key: [1, 2, 3, 4], generator: [0, 0, 0, 0] }, { key: [1, 2, 3, 4], generator: [1, 2, 3, 2 ** 40] }])('refuses %j', (state) => {
    expect(() => restoreRng(state as unknown as RngState)).toThrow(/^restoreRng: state must be \{ key, generator \}, four 32-bit integers each \(generator not all 0\), got /);
  });
});
