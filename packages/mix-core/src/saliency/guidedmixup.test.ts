import { createRng, hostTensor, permutation, uniform } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guidedmixup, guidedmixupPlan, weightMap } from '../index.ts';
import { gaussianBlur } from './blur.ts';
import { guidedMaps } from './guidedmixup.ts';
import { distances, oneCycle } from './pairing.ts';

const drawnMaps = (seed: number, rows: number, height: number, width: number) => {
  const rng = createRng(seed);
  return hostTensor('float32', [rows, height, width], Float32Array.from({ length: rows * height * width }, () => uniform(rng) ** 4));
};

describe('blur', () => {
  const blur = gaussianBlur('test');

  it('is the weighted sum over 7 × 7 pixels, mirrored beyond the border', () => {
    const [height, width] = [9, 8];
    const { data } = drawnMaps(1, 1, height, width);
    const mirror = (at: number, size: number): number => (at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at);
    const gauss = (i: number): number => Math.exp((-i * i) / 18);
    const total = [-3, -2, -1, 0, 1, 2, 3].reduce((sum, i) => sum + gauss(i), 0);
    blur(data, height, width).forEach((value, i) => {
      let wanted = 0;
      for (let y = -3; y <= 3; y++) {
        for (let x = -3; x <= 3; x++) wanted += ((gauss(y) * gauss(x)) / total ** 2) * data[mirror(Math.floor(i / width) + y, height) * width + mirror((i % width) + x, width)]!;
      }
      expect(value).toBeCloseTo(wanted, 12);
    });
  });

  it('mirrors again where the kernel is larger than the image', () => {
    // 0 1 | 0 1 0 1 … about the pixels 0 and 1: even taps read one pixel, odd taps the other
    const [even, odd] = [[-2, 0, 2], [-3, -1, 1, 3]].map((all) => all.reduce((sum, i) => sum + Math.exp((-i * i) / 18), 0)) as [number, number];
    expect(blur(Float32Array.of(1, 0), 1, 2)[0]).toBeCloseTo(even / (even + odd), 12);
    expect(blur(Float32Array.of(5), 1, 1)[0]).toBeCloseTo(5, 12);
  });

  it('refuses kernels without a middle', () => {
    expect(() => guidedmixup({ kernel: 4 })).toThrow(new RangeError('guidedmixup: kernel must be odd, got 4'));
    expect(() => guidedmixup({ sigma: 0 })).toThrow('guidedmixup: sigma must be > 0, got 0');
  });
});

describe('oneCycle', () => {
  const drawn = fc.record({ n: fc.integer({ min: 1, max: 9 }), seed: fc.nat(500) }).map(({ n, seed }) => ({ n, maps: guidedMaps('test', { rows: n, height: 3, width: 4, saliency: drawnMaps(seed, n, 3, 4) }, {}) }));

  it('visits every image once, beginning with the pair that is farthest apart', () => {
    fc.assert(fc.property(drawn, ({ n, maps }) => {
      const distance = distances(maps);
      const partner = oneCycle(distance, n);
      const seen = new Set<number>();
      for (let row = 0; !seen.has(row); row = partner[row]!) seen.add(row);
      expect(seen.size).toBe(n);
      const first = Math.floor(distance.indexOf(Math.max(...distance)) / n);
      if (n > 1) expect(distance[first * n + partner[first]!]).toBe(Math.max(...distance));
    }), { seed: 1 });
  });

  it('goes to the farthest image that is left', () => {
    const line = [0, 1, 3, 7, 20].map((x) => Float64Array.of(x));
    expect(oneCycle(distances(line), 5)).toEqual(Int32Array.of(4, 3, 0, 2, 1)); // 0 → 4 → 1 → 3 → 2 → 0
  });

  it('takes the first of equal ones', () => {
    expect(oneCycle(new Float64Array(16), 4)).toEqual(Int32Array.of(1, 2, 3, 0));
    expect(oneCycle(new Float64Array(1), 1)).toEqual(Int32Array.of(0));
    expect(oneCycle(new Float64Array(4), 2)).toEqual(Int32Array.of(1, 0));
  });

  it('permutes with the batch, where the farthest pair keeps its order', () => {
    fc.assert(fc.property(drawn, fc.nat(500), ({ n, maps }, seed) => {
      const order = permutation(createRng(seed), n); // image order[i] becomes number i
      const place = Int32Array.from(order, (_, i) => order.indexOf(i));
      const distance = distances(maps);
      const at = distance.indexOf(Math.max(...distance));
      fc.pre(n === 1 || place[Math.floor(at / n)]! < place[at % n]!);
      const [partner, moved] = [oneCycle(distance, n), oneCycle(distances(Array.from(order, (row) => maps[row]!)), n)];
      expect(Array.from(moved, (row) => order[row])).toEqual(Array.from(order, (row) => partner[row]));
    }), { seed: 2 });
  });
});

describe('guidedmixupPlan', () => {
  it('shows both images by the ratio of their maps', () => {
    const batch = { rows: 3, height: 6, width: 5, saliency: drawnMaps(7, 3, 6, 5) };
    const plan = guidedmixupPlan(batch);
    const maps = guidedMaps('test', batch, {});
    const { data } = weightMap(plan, 6, 5);
    for (let i = 0; i < 90; i++) {
      const [row, pixel] = [Math.floor(i / 30), i % 30];
      const [own, other] = [maps[row]![pixel]!, maps[plan.sources[2 * row + 1]!]![pixel]!];
      expect(data[2 * i]).toBeCloseTo(own / (own + other), 6);
    }
  });

  it('takes a map of zeros for a uniform one, and pixels that are zero in both for half each', () => {
    const zero = { rows: 2, height: 4, width: 4, saliency: hostTensor('float32', [2, 4, 4], new Float32Array(32)) };
    expect(guidedmixupPlan(zero).labelWeights).toEqual(Float32Array.of(0.5, 0.5, 0.5, 0.5));
    const corner = Float32Array.from({ length: 2 * 400 }, (_, i) => Number(i % 400 === 0));
    const plan = guidedmixupPlan({ rows: 2, height: 20, width: 20, saliency: hostTensor('float32', [2, 20, 20], corner) });
    expect(plan.masks.at(-1)).toBe(0.5);
  });

  it('mixes an image with itself where it is alone', () => {
    expect(guidedmixupPlan({ rows: 1, height: 2, width: 2, saliency: drawnMaps(1, 1, 2, 2) }).sources).toEqual(Int32Array.of(0, 0));
  });

  it('draws nothing', () => {
    const rng = createRng(3);
    guidedmixup()(rng, { rows: 4, height: 3, width: 3, saliency: drawnMaps(2, 4, 3, 3) });
    expect(rng.state()).toEqual(createRng(3).state());
  });
});
