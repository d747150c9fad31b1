import { createRng, hostTensor } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRcf, colourByRatio, rotateBytes } from '../index.ts';

const bytes = (length: number, seed = 1): Uint8Array => {
  const rng = createRng(seed);
  return Uint8Array.from({ length }, () => rng.next() & 255);
};

describe('rotateBytes', () => {
  it('turns counter-clockwise', () => {
    const image = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(rotateBytes(image, 3, 3, 90)).toEqual(Uint8Array.of(3, 6, 9, 2, 5, 8, 1, 4, 7));
    expect(rotateBytes(image, 3, 3, -90)).toEqual(Uint8Array.of(7, 4, 1, 8, 5, 2, 9, 6, 3));
    expect(rotateBytes(image, 3, 3, 45)).toEqual(Uint8Array.of(2, 3, 6, 1, 5, 9, 4, 7, 8));
    expect(rotateBytes(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 3, 180)).toEqual(Uint8Array.of(6, 5, 4, 3, 2, 1));
  });

  it('turns all the way round to the same image', () => {
    fc.assert(fc.property(fc.integer({ min: -1000, max: 1000 }), (degrees) => {
      expect(rotateBytes(bytes(35), 5, 7, degrees + 360)).toEqual(rotateBytes(bytes(35), 5, 7, degrees));
    }), { seed: 1 });
  });

  it('keeps the size of images that are not square, and fills with 0', () => {
    expect(rotateBytes(new Uint8Array(10).fill(9), 2, 5, 90)).toEqual(Uint8Array.of(0, 9, 9, 0, 0, 0, 9, 9, 0, 0));
  });

  it('refuses another number of pixels, and angles that are none', () => {
    expect(() => rotateBytes(new Uint8Array(5), 2, 3, 1)).toThrow(new RangeError('rotateBytes: image must have 2 · 3 = 6 pixels, got 5'));
    expect(() => rotateBytes(new Uint8Array(6), 2, 3, Number.NaN)).toThrow('rotateBytes: degrees must be finite, got NaN');
  });
});

describe('colourByRatio', () => {
  it('splits brightness between red and blue, and leaves the background grey', () => {
    expect(colourByRatio(Uint8Array.of(255, 5, 6), 0.25)).toEqual(Float32Array.of(0.25, 0, 0.75, 5 / 255, 5 / 255, 5 / 255, (6 / 255) * 0.25, 0, (6 / 255) * 0.75));
    expect(() => colourByRatio(bytes(4), 1.5)).toThrow(new RangeError('colourByRatio: red must be in [0, 1], got 1.5'));
  });
});

describe('buildRcf', () => {
  const images = hostTensor('uint8', [2000, 4, 4], bytes(32_000));
  const agreement = (split: 'train' | 'validation' | 'test', majority?: number): number => {
    const { angle, red } = buildRcf(images, { split, rng: createRng(3), ...(majority !== undefined && { majority }) });
    return angle.data.reduce((sum, turns, i) => sum + Number(Math.abs(turns - red.data[i]!) < 1e-6), 0) / 2000;
  };

  it('colours by the angle: for 80 % of the training images, for 20 % of the test images, for none of those that validate', () => {
    expect([agreement('train'), agreement('test'), agreement('validation'), agreement('train', 0.5)]).toEqual([0.8, 0.2, 0, 0.5]);
  });

  it('turns and colours each image as it says, in [−1, 1], with angles all round', () => {
    const { images: x, angle, red, majority } = buildRcf(images, { split: 'train', rng: createRng(4) });
    expect(x.shape).toEqual([2000, 4, 4, 3]);
    for (const i of [0, 999]) {
      const wanted = colourByRatio(rotateBytes(images.data.subarray(16 * i, 16 * i + 16), 4, 4, 360 * angle.data[i]!), red.data[i]!).map((v) => 2 * v - 1);
      x.data.subarray(48 * i, 48 * i + 48).forEach((value, at) => expect(value).toBeCloseTo(wanted[at]!, 6));
      expect(red.data[i]).toBeCloseTo(majority.data[i] ? angle.data[i]! : 1 - angle.data[i]!, 6);
    }
    const sorted = angle.data.slice().sort();
    expect(Math.max(...Array.from(sorted, (turns, i) => Math.abs(turns - (i + 0.5) / 2000)))).toBeLessThan(1.95 / Math.sqrt(2000)); // Kolmogorov–Smirnov, p = 0.001
  });

  it('gives the same for the same state of the generator, also of one image with a channel axis', () => {
    const one = hostTensor('uint8', [1, 4, 4, 1], bytes(16));
    expect(buildRcf(one, { split: 'test', rng: createRng(1) })).toEqual(buildRcf(one, { split: 'test', rng: createRng(1) }));
  });

  it('refuses what are no grey images', () => {
    expect(() => buildRcf(hostTensor('uint8', [2, 4, 4, 3], bytes(96)), { split: 'train', rng: createRng(1) })).toThrow(
      new RangeError('buildRcf: images must be uint8 of shape [n, height, width] or [n, height, width, 1], got uint8 [2, 4, 4, 3]'));
    expect(() => buildRcf(images, { split: 'valid' as 'train', rng: createRng(1) })).toThrow("buildRcf: split must be 'train', 'validation' or 'test', got 'valid'");
    expect(() => buildRcf(images, { split: 'train', majority: 2, rng: createRng(1) })).toThrow('buildRcf: majority must be in [0, 1], got 2');
  });
});
