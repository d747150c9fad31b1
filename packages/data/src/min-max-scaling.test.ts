import { hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { minMaxScaling, normalize } from './index.ts';

const table = hostTensor('float32', [4, 3], Float32Array.of(1, 10, 7, 3, 20, 7, 2, 40, 7, 9, 0, 7));

describe('minMaxScaling', () => {
  it('maps each column of the samples that it looks at to [0, 1]', () => {
    const scaling = minMaxScaling(table, [0, 1, 2]);
    expect(scaling).toEqual({ mean: [1, 10, 7], std: [2, 30, 1] });
    const scaled = normalize(table, scaling).data;
    [0, 0, 0, 1, 1 / 3, 0, 0.5, 1, 0, 4, -1 / 3, 0].forEach((value, i) => expect(scaled[i]).toBeCloseTo(value, 6));
    expect(minMaxScaling(table).std).toEqual([8, 40, 1]);
  });

  it('refuses no samples, indices out of range, and NaN', () => {
    expect(() => minMaxScaling(table, [])).toThrow(new RangeError('minMaxScaling: there must be at least one sample, got none'));
    expect(() => minMaxScaling(table, [4])).toThrow('minMaxScaling: indices must be whole numbers in [0, 4), got 4');
    expect(() => minMaxScaling(hostTensor('float32', [1, 2], Float32Array.of(1, Number.NaN)))).toThrow('minMaxScaling: samples[0, 1]: every value must be finite, got NaN');
  });
});
