import type { HostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { imageGrid } from './image-grid.ts';
import type { PixelArray } from './pixel-array.ts';

const bytes = (shape: readonly number[], values: readonly number[]): HostTensor<'uint8'> => ({ dtype: 'uint8', shape, data: Uint8Array.from(values) });
const floats = (shape: readonly number[], values: readonly number[]): HostTensor<'float32'> => ({ dtype: 'float32', shape, data: Float32Array.from(values) });

/** Rows of 'r,g,b', '.' where it is transparent. */
const rowsOf = ({ width, data }: PixelArray): string[][] =>
  Array.from({ length: data.length / width / 4 }, (_, y) => Array.from({ length: width }, (__, x) => {
    const [r, g, b, a] = data.slice(4 * (y * width + x), 4 * (y * width + x + 1));
    return a === 0 ? '.' : `${r},${g},${b}`;
  }));
const firsts = (pixels: PixelArray): string[] => rowsOf(pixels).map((row) => row.map((pixel) => pixel.split(',')[0]).join(' '));

describe('imageGrid', () => {
  it('puts images row by row, with gaps between them only', () => {
    const images = bytes([3, 1, 2, 1], [1, 2, 3, 4, 5, 6]);
    expect(firsts(imageGrid(images, { columns: 2, gap: 1 }))).toEqual(['1 2 . 3 4', '. . . . .', '5 6 . . .']);
    expect(firsts(imageGrid(images, { columns: 9, gap: 0 }))).toEqual(['1 2 3 4 5 6']);
  });

  it('enlarges with hard edges', () => {
    expect(firsts(imageGrid(bytes([1, 2, 2, 1], [1, 2, 3, 4]), { scale: 2 }))).toEqual(['1 1 2 2', '1 1 2 2', '3 3 4 4', '3 3 4 4']);
  });

  it('shows gray in all three channels, and colour as it is', () => {
    expect(rowsOf(imageGrid(bytes([1, 1, 1, 1], [9])))).toEqual([['9,9,9']]);
    expect(rowsOf(imageGrid(bytes([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]), { columns: 1, gap: 0 }))).toEqual([['1,2,3'], ['4,5,6']]);
  });

  it('takes floats in [0, 1], undoes a normalisation and clips the rest', () => {
    expect(firsts(imageGrid(floats([1, 1, 5, 1], [-1, 0, 0.5, 1, 2])))).toEqual(['0 0 128 255 255']);
    expect(firsts(imageGrid(floats([1, 1, 3, 1], [-1, 0, 1]), { mean: 0.4, std: 0.2 }))).toEqual(['51 102 153']);
    expect(rowsOf(imageGrid(floats([1, 1, 1, 3], [1, 1, 1]), { mean: [0, 0.2, 0.4], std: [0.2, 0.4, 0.6] }))).toEqual([['51,153,255']]);
  });

  it('lays 10 images out in 4 columns, and has no default for what is not asked', () => {
    const { width, height } = imageGrid(bytes([10, 2, 3, 1], Array.from({ length: 60 }, () => 0)));
    expect([width, height]).toEqual([4 * 3 + 3 * 2, 3 * 2 + 2 * 2]);
  });

  it('refuses other shapes, sizes and numbers, naming them', () => {
    const one = floats([1, 1, 1, 1], [0]);
    expect(() => imageGrid(bytes([4, 4, 1], Array.from({ length: 16 }, () => 0)))).toThrow(new RangeError('imageGrid: images must have shape [n, h, w, 1 or 3], got [4, 4, 1]'));
    expect(() => imageGrid(bytes([1, 1, 1, 2], [0, 0]))).toThrow('got [1, 1, 1, 2]');
    expect(() => imageGrid(bytes([0, 1, 1, 1], []))).toThrow('got [0, 1, 1, 1]');
    expect(() => imageGrid(one, { scale: 0.5 })).toThrow(new RangeError('imageGrid: scale must be a whole number >= 1, got 0.5'));
    expect(() => imageGrid(one, { columns: 0 })).toThrow('imageGrid: columns must be a whole number >= 1, got 0');
    expect(() => imageGrid(one, { gap: -1 })).toThrow('imageGrid: gap must be a whole number >= 0, got -1');
    expect(() => imageGrid(one, { mean: [0, 0, 0] })).toThrow('imageGrid: mean must have one value per channel (1), got 3');
    expect(() => imageGrid(bytes([1, 1, 1, 1], [0]), { std: 0.3 })).toThrow(TypeError);
    expect(() => imageGrid(floats([1, 1, 2, 1], [0, Number.NaN]))).toThrow(new RangeError('imageGrid: images must be finite, got NaN at index 1'));
  });
});
