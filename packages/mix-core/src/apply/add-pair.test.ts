import { afterEach, describe, expect, it, vi } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { addPair } from './add-pair.ts';

const [wa, wb] = [Math.fround(0.3), Math.fround(0.7)];

/** Where the sum of two drawn arrays, written into a third, is not what float32 arithmetic gives. */
function wrongPlaces(add: typeof addPair, length: number): number[] {
  const [a, b] = [drawnImages(1, [length + 1]).data.subarray(1), drawnImages(2, [length]).data];
  const out = new Float32Array(length + 2).fill(7);
  add(out.subarray(1, length + 1), a, b, wa, wb);
  const wanted = Float32Array.from({ length: length + 2 }, (_, i) => (i === 0 || i > length ? 7 : Math.fround(wa * a[i - 1]!) + Math.fround(wb * b[i - 1]!)));
  return Array.from(out.keys()).filter((i) => out[i] !== wanted[i]);
}

describe('addPair', () => {
  afterEach(() => { vi.unstubAllGlobals(); });

  it.each([0, 1, 511, 512, 513, 16_383, 16_384, 16_385, 50_001])('rounds as float32 does, for %i elements that lie anywhere', (length) => {
    expect(wrongPlaces(addPair, length)).toEqual([]);
  });

  it('adds a part to a sum in place', () => {
    for (const length of [100, 20_000]) {
      const [sum, part] = [drawnImages(3, [length]).data, drawnImages(4, [length]).data];
      const wanted = sum.map((value, i) => value + Math.fround(wb * part[i]!));
      addPair(sum, sum, part, 1, wb);
      expect(sum).toEqual(wanted);
    }
  });

  const refuse = vi.fn(function refused() { throw new Error('refused by the policy of the page'); });

  it.each([['is not there', undefined], ['is forbidden', { Memory: Object, Module: refuse }]])('gives the same numbers where WebAssembly %s', async (_, stub) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', stub);
    const { addPair: add } = await import('./add-pair.ts');
    expect(wrongPlaces(add, 1000)).toEqual([]);
    expect(refuse).toHaveBeenCalledTimes(stub ? 1 : 0);
  });
});
