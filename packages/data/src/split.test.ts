import { createRng } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split } from './split.ts';

describe('split', () => {
  it('makes disjoint parts of the sizes asked for, the same for the same seed', () => {
    fc.assert(fc.property(fc.integer(), fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }), fc.nat(20), fc.boolean(), (seed, sizes, rest, stratified) => {
      const n = sizes.reduce((a, b) => a + b, 0) + rest;
      const options = stratified ? { stratify: Int32Array.from({ length: n }, (_, i) => i % 3) } : {};
      const parts = split(createRng(seed), n, sizes, options);
      const all = parts.flatMap((part) => Array.from(part));
      expect(parts.map((part) => part.length)).toEqual(sizes);
      expect(new Set(all).size).toBe(all.length);
      expect(all.every((i) => i >= 0 && i < n)).toBe(true);
      expect(split(createRng(seed), n, sizes, options)).toEqual(parts);
    }), { seed: 1, numRuns: 100 });
  });

  it('depends on the seed', () => {
    expect(split(createRng(1), 100, [50])).not.toEqual(split(createRng(2), 100, [50]));
  });

  it('gives each part its share of every class when stratified', () => {
    fc.assert(fc.property(fc.integer(), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }), fc.double({ min: 0, max: 1, noNaN: true }), (seed, counts, share) => {
      const labels = counts.flatMap((count, label) => Array.from({ length: count }, () => label));
      const first = Math.floor(share * labels.length);
      const parts = split(createRng(seed), labels.length, [first, labels.length - first], { stratify: labels });
      for (const part of parts) {
        counts.forEach((count, label) => {
          const expected = (count * part.length) / labels.length;
          expect(Math.abs(part.filter((i) => labels[i] === label).length - expected)).toBeLessThan(2);
        });
      }
    }), { seed: 2, numRuns: 200 });
  });

  it('draws which samples of a class go where', () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    expect(split(createRng(1), 40, [20], { stratify: labels })).not.toEqual(split(createRng(2), 40, [20], { stratify: labels }));
  });

  it('refuses sizes and labels that do not fit', () => {
    expect(() => split(createRng(0), 10, [6, 5])).toThrow('split: sizes must sum to at most n = 10, got 6 + 5 = 11');
    expect(() => split(createRng(0), 10, [-1])).toThrow('split: sizes must be whole numbers >= 0, got -1');
    expect(() => split(createRng(0), 10, [0.5])).toThrow('split: sizes must be whole numbers >= 0, got 0.5');
    expect(() => split(createRng(0), 1.5, [])).toThrow('split: n must be a whole number >= 0, got 1.5');
    expect(() => split(createRng(0), 10, [5], { stratify: [1, 2] })).toThrow('split: stratify must hold n = 10 labels, got 2');
  });
});
