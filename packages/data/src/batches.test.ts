import { createRng, hostTensor } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches, type Batch, type BatchOptions } from './batches.ts';

/** Sample i has two pixels, both with value i, and label i % 3. */
const dataset = (n: number) => ({
  images: hostTensor('uint8', [n, 1, 2, 1], Uint8Array.from({ length: 2 * n }, (_, i) => i >> 1)),
  labels: hostTensor('int32', [n], Int32Array.from({ length: n }, (_, i) => i % 3)),
});
const collect = (n: number, options: BatchOptions): Batch[] => [...batches(dataset(n), options)];
const indicesOf = (all: readonly Batch[]): number[] => all.flatMap(({ indices }) => Array.from(indices));

describe('batches', () => {
  it('goes through the samples in order without an rng', () => {
    const all = collect(5, { size: 2 });
    expect(all.map(({ indices }) => Array.from(indices))).toEqual([[0, 1], [2, 3], [4]]);
    expect(all.map(({ images }) => images.shape)).toEqual([[2, 1, 2, 1], [2, 1, 2, 1], [1, 1, 2, 1]]);
  });

  it('has every sample once per epoch, with its own image and label', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 70 }), fc.nat(5), (n, size, epoch) => {
      const epochBatches = batches(dataset(n), { size, rng: createRng(7), epoch });
      const all = [...epochBatches];
      expect(all.length).toBe(epochBatches.length);
      expect(indicesOf(all).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      for (const { images, labels, indices } of all) {
        indices.forEach((sample, row) => {
          expect(Array.from(images.data.slice(2 * row, 2 * row + 2))).toEqual([Math.fround(sample / 255), Math.fround(sample / 255)]);
          expect(labels.data[row]).toBe(sample % 3);
        });
      }
    }), { seed: 1, numRuns: 60 });
  });

  it('has an order of its own in each epoch, the same at each pass, and leaves the rng alone', () => {
    const rng = createRng(4);
    const before = rng.state();
    const first = batches(dataset(50), { size: 8, rng, epoch: 0 });
    expect([...first]).toEqual([...first]);
    expect(indicesOf([...first])).toEqual(indicesOf(collect(50, { size: 8, rng: createRng(4), epoch: 0 })));
    expect(indicesOf([...first])).not.toEqual(indicesOf(collect(50, { size: 8, rng, epoch: 1 })));
    expect(rng.state()).toEqual(before);
    expect(indicesOf(collect(9, { size: 4, rng, shuffle: false }))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('resumes at any batch', () => {
    const options = { size: 7, rng: createRng(1), epoch: 3 };
    const all = collect(40, options);
    for (let start = 0; start <= all.length; start++) {
      const rest = batches(dataset(40), { ...options, start });
      expect([...rest]).toEqual(all.slice(start));
      expect(rest.length).toBe(all.length - start);
    }
  });

  it('leaves out a short last batch when asked to', () => {
    expect(collect(10, { size: 4, dropLast: true }).map(({ indices }) => indices.length)).toEqual([4, 4]);
    expect(collect(8, { size: 4, dropLast: true }).length).toBe(2);
  });

  it('takes a size above the number of samples as one batch', () => {
    expect(collect(3, { size: 100 }).map(({ indices }) => Array.from(indices))).toEqual([[0, 1, 2]]);
    expect(() => collect(3, { size: 100, dropLast: true })).toThrow('batches: there must be at least one full batch of 100, got 3 samples');
  });

  it('keeps to the indices of a part, and reports them', () => {
    expect(indicesOf(collect(10, { size: 2, indices: [9, 1, 4] }))).toEqual([9, 1, 4]);
    const shuffled = indicesOf(collect(10, { size: 2, indices: [9, 1, 4], rng: createRng(0) }));
    expect(shuffled.sort((a, b) => a - b)).toEqual([1, 4, 9]);
  });

  it('names the sample with a NaN', () => {
    const images = hostTensor('float32', [3, 2], Float32Array.of(1, 2, 3, Number.NaN, 5, 6));
    const { labels } = dataset(3);
    expect(() => [...batches({ images, labels }, { size: 2 })]).toThrow('batches: images[1, 1]: every value must be finite, got NaN');
  });

  it('refuses bad options', () => {
    expect(() => collect(3, { size: 0 })).toThrow('batches: size must be a whole number >= 1, got 0');
    expect(() => collect(3, { size: 2, shuffle: true })).toThrow('batches: shuffle needs an rng');
    expect(() => collect(3, { size: 2, indices: [0, 3] })).toThrow('batches: indices[1] must be a whole number in [0, 3), got 3');
    expect(() => collect(3, { size: 2, epoch: -1 })).toThrow('batches: epoch must be a whole number >= 0, got -1');
    expect(() => collect(3, { size: 2, start: 3 })).toThrow('batches: start must be a whole number in [0, 2], got 3');
    expect(() => collect(0, { size: 2 })).toThrow('batches: there must be at least one sample, got 0 samples');
    expect(() => batches({ images: dataset(3).images, labels: dataset(2).labels }, { size: 1 })).toThrow('batches: labels must have shape [3] as there are 3 images, got [2]');
  });
});
