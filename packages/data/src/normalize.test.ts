import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { assertFinite } from './assert-finite.ts';
import { channelStatistics } from './channel-statistics.ts';
import { normalize } from './normalize.ts';

const rng = createRng(3);
const floats = hostTensor('float32', [5, 2, 3, 2], Float32Array.from({ length: 60 }, () => normal(rng, 1000, 2)));
const bytes = hostTensor('uint8', [4, 8, 8, 1], Uint8Array.from({ length: 256 }, (_, i) => i));

describe('normalize', () => {
  it('is (x / 255 - mean) / std for every byte', () => {
    const { dtype, shape, data } = normalize(bytes, { mean: 0.1307, std: 0.3081 });
    expect({ dtype, shape }).toEqual({ dtype: 'float32', shape: bytes.shape });
    for (let i = 0; i < 256; i++) expect(data[i]).toBeCloseTo((i / 255 - 0.1307) / 0.3081, 6);
  });

  it('takes the mean and deviation of each channel, by bytes and by floats', () => {
    const three = hostTensor('uint8', [1, 2, 1, 3], Uint8Array.of(0, 51, 102, 153, 204, 255));
    expect(Array.from(normalize(three, { mean: [0, 0.2, 0.4], std: [1, 0.5, 0.25] }).data, (v) => Math.round(v * 1e6) / 1e6)).toEqual([0, 0, 0, 0.6, 1.2, 2.4]);
    const two = hostTensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4));
    expect(Array.from(normalize(two, { mean: [1, 2], std: [2, 4] }).data)).toEqual([0, 0, 1, 0.5]);
  });

  it('is x / 255 for bytes and x for floats by default', () => {
    expect(normalize(bytes, {}).data[51]).toBeCloseTo(0.2, 7);
    expect(Array.from(normalize(floats, {}).data)).toEqual(Array.from(floats.data));
  });

  it('refuses what does not fit', () => {
    expect(() => normalize(bytes, { mean: [0, 0] })).toThrow('normalize: mean must have one value per channel (1), got 2');
    expect(() => normalize(bytes, { std: 0 })).toThrow('normalize: std must be > 0, got 0');
    expect(() => normalize(bytes, { mean: Number.NaN })).toThrow('normalize: mean must be finite, got NaN');
  });

  it('reports the place of a NaN or infinity', () => {
    const data = floats.data.slice();
    data[2 * 12 + 1 * 6 + 1] = Number.NaN;
    const broken = hostTensor('float32', floats.shape, data);
    expect(() => normalize(broken, {})).toThrow('normalize: images[2, 1, 0, 1]: every value must be finite, got NaN');
    expect(() => assertFinite(hostTensor('float64', [], Float64Array.of(-Infinity)), 'loss')).toThrow('loss[]: every value must be finite, got -Infinity');
  });
});

describe('channelStatistics', () => {
  it('gives what makes normalised data have mean 0 and deviation 1, per channel', () => {
    const channel = (data: Float32Array, c: number): number[] => Array.from(data.filter((_, i) => i % 2 === c));
    const { data } = normalize(floats, channelStatistics(floats));
    for (const c of [0, 1]) {
      const values = channel(data, c);
      const mean = values.reduce((a, b) => a + b) / values.length;
      expect(mean).toBeCloseTo(0, 4);
      expect(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length).toBeCloseTo(1, 4);
    }
  });

  it('agrees with naive sums on bytes, in units of 255', () => {
    const images = hostTensor('uint8', [2, 2, 1, 2], Uint8Array.of(0, 10, 255, 20, 51, 30, 102, 40));
    const first = [0, 1, 0.2, 0.4];
    const { mean, std } = channelStatistics(images);
    expect(mean[0]).toBeCloseTo(0.4, 12);
    expect(mean[1]).toBeCloseTo(25 / 255, 12);
    expect(std[0]).toBeCloseTo(Math.sqrt(first.reduce((sum, v) => sum + (v - 0.4) ** 2, 0) / 4), 12);
  });

  it('refuses no data, and data with a NaN', () => {
    expect(() => channelStatistics(hostTensor('uint8', [0, 2, 2, 1], new Uint8Array(0)))).toThrow('channelStatistics: images must hold at least one sample');
    expect(() => channelStatistics(hostTensor('float32', [2, 1], Float32Array.of(1, Number.NaN)))).toThrow('channelStatistics: images[1, 0]');
  });
});
