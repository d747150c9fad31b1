import { createRng, hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { gaussianPair, overlapPairs, pairLabelNoise } from '../index.ts';

const mean = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};

describe('gaussianPair', () => {
  it('draws both classes evenly, with the means and deviation asked for; 10⁵ draws', () => {
    const { images, labels } = gaussianPair({ n: 20_000, dim: 5, delta: 0.3, std: 2, rng: createRng(1) });
    expect(images.shape).toEqual([20_000, 5]);
    expect(Math.abs(mean(labels.data) - 0.5)).toBeLessThan(0.015);
    for (const label of [0, 1]) {
      const values = images.data.filter((_, at) => labels.data[Math.floor(at / 5)] === label);
      expect(Math.abs(mean(values) - 0.3 * label)).toBeLessThan(0.04);
      expect(Math.abs(Math.sqrt(mean(values.map((x) => (x - 0.3 * label) ** 2))) - 2)).toBeLessThan(0.03);
    }
  });

  it('refuses options out of range', () => {
    expect(() => gaussianPair({ n: 0, delta: 1, rng: createRng(1) })).toThrow(new RangeError('gaussianPair: n must be a whole number >= 1, got 0'));
    expect(() => gaussianPair({ n: 1, delta: NaN, rng: createRng(1) })).toThrow('gaussianPair: delta must be finite, got NaN');
    expect(() => gaussianPair({ n: 1, delta: 1, std: 0, rng: createRng(1) })).toThrow('gaussianPair: std must be > 0 and finite, got 0');
  });
});

describe('overlapPairs', () => {
  it('puts a share of the samples about the shared centre of their pair, the others about that of their class; 10⁵ draws', () => {
    const [n, classes, dim] = [20_000, 6, 5];
    const { images, labels, shared, centres } = overlapPairs({ n, classes, overlap: 0.3, dim, std: 0.2, rng: createRng(2) });
    expect(centres.shape).toEqual([9, 5]);
    expect(Math.abs(mean(shared) - 0.3)).toBeLessThan(0.015);
    for (let c = 0; c < classes; c++) expect(Math.abs(mean(labels.data.map((label) => Number(label === c))) * classes - 1)).toBeLessThan(0.06);
    const noise = images.data.map((x, at) => {
      const i = Math.floor(at / dim);
      const label = labels.data[i]!;
      return x - centres.data[(shared[i] ? classes + Math.floor(label / 2) : label) * dim + (at % dim)]!;
    });
    expect(Math.abs(mean(noise))).toBeLessThan(0.003);
    expect(Math.abs(Math.sqrt(mean(noise.map((x) => x * x))) - 0.2)).toBeLessThan(0.003);
  });

  it('repeats, and draws a test set about the centres of another', () => {
    const options = { n: 7, classes: 2, overlap: 0.5 };
    const train = overlapPairs({ ...options, rng: createRng(3) });
    expect(overlapPairs({ ...options, rng: createRng(3) })).toEqual(train);
    const test = overlapPairs({ ...options, rng: createRng(4), centres: train.centres });
    expect(test.centres).toBe(train.centres);
    expect(test.images).not.toEqual(train.images);
  });

  it('refuses options out of range', () => {
    const options = { n: 1, classes: 4, overlap: 0.5, rng: createRng(1) };
    expect(() => overlapPairs({ ...options, classes: 3 })).toThrow(new RangeError('overlapPairs: classes must be an even number >= 2, got 3'));
    expect(() => overlapPairs({ ...options, overlap: 1.5 })).toThrow('overlapPairs: overlap must be in [0, 1], got 1.5');
    expect(() => overlapPairs({ ...options, centres: hostTensor('float32', [6, 3], new Float32Array(18)) })).toThrow('overlapPairs: centres must have shape [6, 64], got [6, 3]');
  });
});

describe('pairLabelNoise', () => {
  const labels = hostTensor('int32', [100_000], Int32Array.from({ length: 100_000 }, (_, i) => i % 5));

  it('replaces a share of each class by one other; 10⁵ draws', () => {
    const noisy = pairLabelNoise(labels, { classes: 5, rate: 0.25, rng: createRng(5) });
    noisy.map.forEach((to, c) => expect(to).not.toBe(c));
    for (let c = 0; c < 5; c++) {
      const now = noisy.labels.data.filter((_, i) => i % 5 === c);
      expect(new Set(now)).toEqual(new Set([c, noisy.map[c]]));
      expect(Math.abs(mean(now.map((label) => Number(label !== c))) - 0.25)).toBeLessThan(0.015);
    }
    expect(labels.data.every((label, i) => label === i % 5)).toBe(true);
  });

  it('draws each other class for the map equally often', () => {
    const few = hostTensor('int32', [1], Int32Array.of(0));
    const rng = createRng(6);
    const maps = Array.from({ length: 9000 }, () => pairLabelNoise(few, { classes: 4, rate: 0, rng }).map[1]!);
    for (const to of [0, 2, 3]) expect(Math.abs(mean(maps.map((other) => Number(other === to))) - 1 / 3)).toBeLessThan(0.02);
  });

  it('follows a map that is given, and refuses a bad one', () => {
    const options = { classes: 5, rate: 1, rng: createRng(7) };
    expect(pairLabelNoise(labels, { ...options, map: [1, 2, 3, 4, 0] }).labels.data.slice(0, 5)).toEqual(Int32Array.of(1, 2, 3, 4, 0));
    expect(() => pairLabelNoise(labels, { ...options, map: [1, 1, 3, 4, 0] })).toThrow(new RangeError('pairLabelNoise: map[1] must be another class in [0, 5), got 1'));
    expect(() => pairLabelNoise(labels, { ...options, map: [1] })).toThrow('pairLabelNoise: map must hold 5 classes, got 1');
    expect(() => pairLabelNoise(labels, { ...options, classes: 4 })).toThrow('pairLabelNoise: labels[4] must be in [0, 4), got 4');
    expect(() => pairLabelNoise(labels, { ...options, rate: 2 })).toThrow('pairLabelNoise: rate must be in [0, 1], got 2');
  });
});
