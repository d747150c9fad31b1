import { createRng, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { dft2 } from './dft.ts';

const drawn = (seed: number, length: number): Float64Array => {
  const rng = createRng(seed);
  return Float64Array.from({ length }, () => normal(rng));
};

/** The definition. */
function slow(x: Float64Array, height: number, width: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let k = 0; k < height; k++) {
    for (let l = 0; l < width; l++) {
      for (let r = 0; r < height; r++) {
        for (let c = 0; c < width; c++) {
          const angle = -2 * Math.PI * ((k * r) / height + (l * c) / width);
          const [re, im] = [x[2 * (r * width + c)]!, x[2 * (r * width + c) + 1]!];
          out[2 * (k * width + l)]! += re * Math.cos(angle) - im * Math.sin(angle);
          out[2 * (k * width + l) + 1]! += re * Math.sin(angle) + im * Math.cos(angle);
        }
      }
    }
  }
  return out;
}

const distance = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('dft2', () => {
  it.each([[1, 1], [1, 2], [2, 1], [3, 1], [4, 8], [5, 7], [6, 9], [16, 3], [13, 12]])('is its definition for %d × %d', (height, width) => {
    const x = drawn(height * 31 + width, 2 * height * width);
    expect(distance(dft2(x, height, width), slow(x, height, width))).toBeLessThan(1e-11);
  });

  it.each([[128, 128], [128, 96], [97, 224], [1, 1000]])('comes back from the inverse for %d × %d, and leaves what it is given', (height, width) => {
    const x = drawn(5, 2 * height * width);
    const before = x.slice();
    expect(distance(dft2(dft2(x, height, width), height, width, 'inverse'), x)).toBeLessThan(1e-12);
    expect(x).toEqual(before);
  });
});
