import { createRng, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { fmix, fmixMask, fmixPlan, lowFrequencyImage } from '../index.ts';

const noiseFor = (height: number, columns: number, seed = 1): Float64Array => {
  const rng = createRng(seed);
  return Float64Array.from({ length: height * columns * 2 }, () => normal(rng));
};

/** Its definition: the inverse real transform by a double sum over all bins, scaled to [0, 1]. */
function slowImage(height: number, width: number, noise: Float64Array, decay: number): number[] {
  const half = Math.floor(width / 2) + 1;
  const wrap = (bin: number, size: number): number => (2 * bin < size ? bin : bin - size) / size;
  const values = Array.from({ length: height * width }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let k = 0; k < height; k++) {
      for (let j = 0; j < half; j++) {
        const scale = 1 / Math.max(Math.sqrt(wrap(k, height) ** 2 + wrap(j, width) ** 2), 1 / Math.max(height, width)) ** decay;
        const angle = 2 * Math.PI * ((k * row) / height + (j * column) / width);
        const [re, im] = [scale * noise[2 * (k * half + j)]!, scale * noise[2 * (k * half + j) + 1]!];
        sum += (j === 0 || 2 * j === width ? 1 : 2) * (re * Math.cos(angle) - im * Math.sin(angle));
      }
    }
    return sum;
  });
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (value - least) / (most - least));
}

describe('lowFrequencyImage', () => {
  it.each([[8, 8], [5, 7], [6, 9], [7, 4], [1, 6], [9, 1], [13, 2]])('is its definition for %d × %d', (height, width) => {
    const noise = noiseFor(height, Math.floor(width / 2) + 1);
    const wanted = slowImage(height, width, noise, 3);
    lowFrequencyImage({ height, width, noise }).forEach((value, i) => { expect(value).toBeCloseTo(wanted[i]!, 9); });
  });

  it('reads over the column more that the reference draws for odd widths', () => {
    const long = noiseFor(4, 4);
    const short = long.filter((_, i) => i % 8 < 6);
    expect(lowFrequencyImage({ height: 4, width: 5, noise: long })).toEqual(lowFrequencyImage({ height: 4, width: 5, noise: short }));
  });

  it("uses only the first two columns of the half spectrum with 'reference'", () => {
    // rows 0 and 1 of the noise become columns: all else is not read
    const noise = noiseFor(6, 4);
    const other = noise.map((value, i) => (i < 2 * 2 * 4 ? value : 7));
    expect(lowFrequencyImage({ height: 6, width: 6, noise: other, spectrum: 'reference' })).toEqual(lowFrequencyImage({ height: 6, width: 6, noise, spectrum: 'reference' }));
    expect(() => lowFrequencyImage({ height: 1, width: 6, noise: noiseFor(1, 4), spectrum: 'reference' })).toThrow("fmix: spectrum 'reference' needs images of 2 rows or more, got 1");
  });

  it('is 0 where all is constant', () => {
    expect(lowFrequencyImage({ height: 1, width: 1, noise: [3, 4] })).toEqual(Float64Array.of(0));
  });

  it('refuses another number of noise values, an unknown spectrum', () => {
    expect(() => lowFrequencyImage({ height: 4, width: 4, noise: [1] })).toThrow(new RangeError('fmix: noise must have 4 · 3 · 2 numbers, got 1'));
    expect(() => lowFrequencyImage({ height: 4, width: 4, noise: noiseFor(4, 3), spectrum: 'code' as 'paper' })).toThrow("fmix: spectrum must be 'paper' or 'reference', got 'code'");
    expect(() => lowFrequencyImage({ height: 4, width: 4, noise: noiseFor(4, 3), decay: Number.NaN })).toThrow('fmix: decay must be finite, got NaN');
  });
});

describe('fmixMask', () => {
  const mask = { height: 5, width: 6, noise: noiseFor(5, 4) };

  it('has λ of the pixels, rounded up or down by u, and those are the largest', () => {
    const image = lowFrequencyImage(mask);
    for (const lambda of [0, 0.1, 0.5, 0.77, 1]) {
      const [up, down] = [0.9, 0.1].map((u) => fmixMask({ ...mask, lambda, u }));
      expect(up!.reduce((a, b) => a + b)).toBe(Math.ceil(lambda * 30));
      expect(down!.reduce((a, b) => a + b)).toBe(Math.floor(lambda * 30));
      const [kept, left] = [1, 0].map((value) => image.filter((_, i) => up![i] === value));
      if (kept!.length > 0 && left!.length > 0) expect(Math.min(...kept!)).toBeGreaterThan(Math.max(...left!));
    }
  });

  it('falls along a line around the edge with maxSoft, cut down to what there is', () => {
    const soft = Array.from(fmixMask({ ...mask, lambda: 0.5, u: 0.1, maxSoft: 0.1 })).sort((a, b) => b - a);
    expect(soft.slice(11, 19)).toEqual([1, 1, 0.8, 0.6, 0.4, 0.19999999999999996, 0, 0]);
    const little = fmixMask({ ...mask, lambda: 1 / 30, u: 0.9, maxSoft: 0.5 });
    expect(little.filter((value) => value > 0)).toEqual(Float64Array.of(1)); // two points of a ramp from 1 to 0
  });

  it('refuses values out of range', () => {
    expect(() => fmixMask({ ...mask, lambda: -1, u: 0 })).toThrow('fmixMask: lambda must be in [0, 1], got -1');
    expect(() => fmixMask({ ...mask, lambda: 0.5, u: 0, maxSoft: 0.6 })).toThrow('fmixMask: maxSoft must be in [0, 0.5], got 0.6');
  });
});

describe('fmix', () => {
  it('counts labels by the λ that was drawn', () => {
    expect(fmixPlan({ height: 1, width: 2, partner: [1, 0], keep: [1, 0], lambda: 0.4 }).labelWeights).toEqual(Float32Array.of(0.4, 0.6, 0.4, 0.6));
    expect(fmix({ lambda: 0.3 })(createRng(1), { rows: 3, height: 4, width: 4 }).labelWeights[4]).toBe(Math.fround(0.3));
  });

  it('refuses options that contradict each other or are out of range', () => {
    expect(() => fmix({ lambda: 0.5, reformulate: true })).toThrow(new TypeError('fmix: takes lambda or reformulate, got both'));
    expect(() => fmix({ alpha: -0.5, reformulate: true })).toThrow('fmix: alpha must be > 0, got -0.5');
    expect(() => fmix({ maxSoft: 0.7 })).toThrow('fmix: maxSoft must be in [0, 0.5], got 0.7');
    expect(() => fmix({ spectrum: 'reference' })(createRng(1), { rows: 2, height: 1, width: 5 })).toThrow('needs images of 2 rows or more, got 1');
  });
});
