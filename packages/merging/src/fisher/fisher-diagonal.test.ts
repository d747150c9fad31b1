import { createRng, type HostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { draw, vector } from '../fixtures.ts';
import { fisherDiagonal } from './fisher-diagonal.ts';
import { gramMatrix } from './gram-matrix.ts';

describe('fisherDiagonal', () => {
  it('is the mean over samples of squares weighed by probability', async () => {
    const samples = [[{ probability: 0.25, gradient: vector([2, 0]) }, { probability: 0.75, gradient: vector([0, 4]) }], [{ probability: 1, gradient: vector([1, -3]) }]];
    expect((await fisherDiagonal(samples))['x']!.data).toEqual(Float64Array.of(1, 10.5));
    async function* later() { for (const sample of samples) yield await Promise.resolve(sample); }
    expect((await fisherDiagonal(later()))['x']!.data).toEqual(Float64Array.of(1, 10.5));
  });

  it('says what is wrong', async () => {
    await expect(fisherDiagonal([])).rejects.toThrow('fisherDiagonal: samples must hold at least 1, got 0');
    await expect(fisherDiagonal([[{ probability: 2, gradient: vector([1]) }]])).rejects.toThrow('fisherDiagonal: probability must be in [0, 1], got 2 in sample 0');
    await expect(fisherDiagonal([[{ probability: 1, gradient: vector([1]) }], [{ probability: 1, gradient: vector([1, 2]) }]])).rejects.toThrow('fisherDiagonal: x must have shape [1] in every gradient, got [2] in sample 1');
  });
});

describe('gramMatrix', () => {
  it('adds up over batches of any size, and is symmetric', async () => {
    const data = draw(createRng(4), 35);
    const rows = (from: number, to: number): HostTensor => ({ dtype: 'float64', shape: [to - from, 5], data: data.slice(from * 5, to * 5) });
    const whole = await gramMatrix([rows(0, 7)]);
    const split = await gramMatrix([rows(0, 1), rows(1, 6), rows(6, 7)]);
    expect(split).toEqual(whole);
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        let sum = 0;
        for (let s = 0; s < 7; s++) sum += data[s * 5 + i]! * data[s * 5 + j]!;
        expect(whole.data[i * 5 + j]).toBeCloseTo(sum, 12);
        expect(whole.data[i * 5 + j]).toBe(whole.data[j * 5 + i]);
      }
    }
  });

  it('says what is wrong', async () => {
    await expect(gramMatrix([])).rejects.toThrow('gramMatrix: batches must hold at least 1, got 0');
    await expect(gramMatrix([{ dtype: 'float32', shape: [1, 2], data: new Float32Array(2) }, { dtype: 'float32', shape: [1, 3], data: new Float32Array(3) }])).rejects.toThrow('gramMatrix: batches must be [samples, 2], got [1, 3]');
  });
});
