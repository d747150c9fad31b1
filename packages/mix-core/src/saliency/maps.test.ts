import { hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { gradientMagnitude, spectralResidual } from '../index.ts';

/** A grating with a little noise, and a bright square. */
function square(height: number, width: number, [row0, column0, side]: readonly [number, number, number]) {
  const data = drawnImages(6, [1, height, width, 1]).data.map((noise, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const inside = row >= row0 && row < row0 + side && column >= column0 && column < column0 + side;
    return 0.02 * noise + (inside ? 2 : 0.5 * Math.sin(column));
  });
  return hostTensor('float32', [1, height, width, 1], data);
}

const peakOf = (data: Float32Array, width: number): [number, number] => {
  const at = data.indexOf(Math.max(...data));
  return [Math.floor(at / width), at % width];
};

describe.each([['spectralResidual', spectralResidual], ['gradientMagnitude', gradientMagnitude]])('%s', (name, maker) => {
  it.each([[1, 1, 1], [1, 9, 3], [7, 5, 1], [32, 32, 3], [3, 2, 4]])('gives finite maps ≥ 0 of %d × %d images with %d channels', (height, width, channels) => {
    const { shape, data } = maker(drawnImages(2, [3, height, width, channels]));
    expect(shape).toEqual([3, height, width]);
    expect(data.every((value) => value >= 0 && value < Infinity)).toBe(true);
  });

  it('gives each image the map that it has alone', () => {
    const images = drawnImages(3, [2, 8, 6, 3]);
    const alone = hostTensor('float32', [1, 8, 6, 3], images.data.slice(144));
    expect(maker(images).data.slice(48)).toEqual(maker(alone).data);
  });

  it('gives a constant image a constant map', () => {
    const { data } = maker(hostTensor('float32', [1, 12, 10, 3], new Float32Array(360).fill(0.7)));
    expect(Math.max(...data) - Math.min(...data)).toBeLessThan(1e-7);
  });

  it('refuses NaN and other ranks', () => {
    expect(() => maker(hostTensor('float32', [1, 1, 2, 1], Float32Array.of(1, Number.NaN)))).toThrow(new RangeError(`${name}: images[1] must be finite, got NaN`));
    expect(() => maker(hostTensor('float32', [1, 2], Float32Array.of(1, 2)))).toThrow(`${name}: images must have shape [n, height, width, channels], got [1, 2]`);
  });
});

describe('gradientMagnitude', () => {
  it('is the slope of a plane, the mean square over channels, half of it at the border', () => {
    // channel 0 rises by 3 a column and 4 a row, channel 1 is flat
    const data = Float32Array.from({ length: 5 * 5 * 2 }, (_, i) => (i % 2 === 0 ? 3 * (Math.floor(i / 2) % 5) + 4 * Math.floor(i / 10) : 9));
    const { data: map } = gradientMagnitude(hostTensor('float32', [1, 5, 5, 2], data));
    expect(map[12]).toBeCloseTo(Math.sqrt(25 / 2), 6);
    expect(map[10]).toBeCloseTo(Math.sqrt((1.5 ** 2 + 16) / 2), 6);
  });
});

describe('spectralResidual', () => {
  it('is the definition, step by step, on an image of odd sides', () => {
    const [height, width] = [5, 6];
    const images = drawnImages(8, [1, height, width, 3]);
    const gray = Array.from({ length: 30 }, (_, i) => 0.299 * images.data[3 * i]! + 0.587 * images.data[3 * i + 1]! + 0.114 * images.data[3 * i + 2]!);
    const transform = (re: readonly number[], im: readonly number[], sign: number): [number[], number[]] => {
      const out: [number[], number[]] = [[], []];
      for (let k = 0; k < 30; k++) {
        let [a, b] = [0, 0];
        for (let i = 0; i < 30; i++) {
          const angle = sign * 2 * Math.PI * ((Math.floor(k / width) * Math.floor(i / width)) / height + ((k % width) * (i % width)) / width);
          a += re[i]! * Math.cos(angle) - im[i]! * Math.sin(angle);
          b += re[i]! * Math.sin(angle) + im[i]! * Math.cos(angle);
        }
        out[0].push(a);
        out[1].push(b);
      }
      return out;
    };
    const [re, im] = transform(gray, gray.map(() => 0), -1);
    const magnitude = re.map((a, i) => Math.sqrt(a * a + im[i]! ** 2 + 1e-10));
    const clamp = (at: number, size: number): number => Math.min(Math.max(at, 0), size - 1);
    const gain = magnitude.map((m, i) => {
      let mean = 0;
      for (let y = -1; y <= 1; y++) for (let x = -1; x <= 1; x++) mean += Math.log(magnitude[clamp(Math.floor(i / width) + y, height) * width + clamp((i % width) + x, width)]!) / 9;
      return Math.exp(Math.log(m) - mean) / m;
    });
    const [a, b] = transform(re.map((value, i) => value * gain[i]!), im.map((value, i) => value * gain[i]!), 1);
    const modulus = a.map((value, i) => Math.hypot(value, b[i]!) / 30);
    const mirror = (at: number, size: number): number => { const period = 2 * (size - 1); const m = ((at % period) + period) % period; return Math.min(m, period - m); };
    const gauss = (i: number): number => Math.exp((-i * i) / 18);
    const total = [-3, -2, -1, 0, 1, 2, 3].reduce((sum, i) => sum + gauss(i), 0) ** 2;
    spectralResidual(images).data.forEach((value, i) => {
      let wanted = 0;
      for (let y = -3; y <= 3; y++) {
        for (let x = -3; x <= 3; x++) wanted += ((gauss(y) * gauss(x)) / total) * modulus[mirror(Math.floor(i / width) + y, height) * width + mirror((i % width) + x, width)]!;
      }
      expect(Math.abs(value - wanted)).toBeLessThan(1e-6 * wanted);
    });
  });

  it.each([[64, 48], [150, 220]])('finds what stands out in %d × %d, at any size', (height, width) => {
    const side = Math.round(height / 8);
    const [row, column] = peakOf(spectralResidual(square(height, width, [Math.round(height * 0.6), Math.round(width * 0.2), side])).data, width);
    expect(Math.abs(row - height * 0.6 - side / 2)).toBeLessThan(side);
    expect(Math.abs(column - width * 0.2 - side / 2)).toBeLessThan(side);
  });
});
