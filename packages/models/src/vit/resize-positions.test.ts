import { readFileSync } from 'node:fs';
import { hostTensor, readSafetensors } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { distance } from '../fixtures.ts';
import { areSquarePositions, resizePositions } from './resize-positions.ts';

const { tensors } = readSafetensors(readFileSync(new URL('../../fixtures/positions.safetensors', import.meta.url)));
const positions = tensors['positions']!;

describe('resizePositions', () => {
  it.each([[7, 7], [3, 3], [6, 2]] as const)('gives what timm gives for a grid of %i×%i', (rows, columns) => {
    const resized = resizePositions(positions, [rows, columns], 1);
    expect(resized.shape).toEqual([1, 1 + rows * columns, 3]);
    expect(distance(resized.data as Float32Array, tensors[`${rows}x${columns}`]!.data as Float32Array)).toBeLessThan(1e-6);
  });

  it('leaves positions of as many tokens alone, whatever their grid', () => {
    expect(resizePositions(positions, [4, 4], 1)).toBe(positions);
    expect(resizePositions(positions, [2, 8], 1)).toBe(positions);
  });

  it('keeps what is the same everywhere, and the tokens before the patches', () => {
    const same = hostTensor('float32', [1, 6, 1], Float32Array.of(7, 8, 3, 3, 3, 3));
    expect(distance(resizePositions(same, [5, 3], 2).data as Float32Array, [7, 8, ...Array<number>(15).fill(3)])).toBeLessThan(1e-6);
  });

  it('reads half precision', () => {
    const half = hostTensor('float16', [1, 4, 1], Uint16Array.of(0x4000, 0x4000, 0x4000, 0x4000));
    expect(Array.from(resizePositions(half, [1, 1], 0).data as Float32Array)).toEqual([2]);
  });
});

describe('areSquarePositions', () => {
  it('takes [1, before + side², dim] alone', () => {
    expect([[1, 10, 4], [1, 1, 4], [1, 9, 4], [2, 10, 4], [1, 10, 5], [10, 4]].map((shape) => areSquarePositions(shape, 1, 4))).toEqual([true, false, false, false, false, false]);
  });
});
