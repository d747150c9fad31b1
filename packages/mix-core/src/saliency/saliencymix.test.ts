import { createRng, hostTensor, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { type BoxPlan, gradientMagnitude, type MapMaker, saliencyBox, saliencymix, saliencymixPlan } from '../index.ts';

/** [rows, height, width] of zeros but for one pixel of each row. */
function peaks(height: number, width: number, places: readonly (readonly [number, number])[]) {
  const data = new Float32Array(places.length * height * width);
  places.forEach(([row, column], i) => { data[(i * height + row) * width + column] = 3; });
  return hostTensor('float32', [places.length, height, width], data);
}

const map = (values: readonly number[], width: number) => hostTensor('float32', [values.length / width, width], Float32Array.from(values));

describe('saliencyBox', () => {
  it('lies around the peak, cut off at the border', () => {
    expect(saliencyBox(map([0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 4), 0.75)).toEqual({ box: [0, 0, 2, 2], lambda: 0.75 });
    expect(saliencyBox(map([0, 1, 2, 3], 4), 0)).toEqual({ box: [0, 1, 0, 4], lambda: 1 }); // a height of 1 is odd, and loses its pixel
  });

  it('takes the first of equal values, the corner of a constant map', () => {
    expect(saliencyBox(map([0, 5, 5, 0, 0, 0, 5, 0], 4), 0).box).toEqual([0, 0, 1, 3]);
    expect(saliencyBox(map(Array.from({ length: 16 }, () => 0), 4), 0)).toEqual({ box: [0, 0, 2, 2], lambda: 0.75 });
  });

  it('with uint8 does not tell values apart that are less than 1/255 from each other', () => {
    const close = map([0, 0.5001, 0, 0.5, 0.5015, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 4);
    expect(saliencyBox(close, 0.75).box).toEqual([0, 0, 2, 1]);
    expect(saliencyBox(close, 0.75, { quantise: 'uint8' }).box).toEqual([0, 0, 1, 2]);
  });

  it('refuses NaN, values that are no shares for uint8, λ outside [0, 1], another rank', () => {
    expect(() => saliencyBox(map([0, Number.NaN], 2), 0.5)).toThrow(new RangeError('saliencyBox: map[1] must be a number, got NaN'));
    expect(() => saliencyBox(map([0, 2], 2), 0.5, { quantise: 'uint8' })).toThrow('saliencyBox: map[1] must be in [0, 1], got 2');
    expect(() => saliencyBox(map([0, 2], 2), 0.5, { quantise: 'int8' as 'uint8' })).toThrow("saliencyBox: quantise must be 'none' or 'uint8', got 'int8'");
    expect(() => saliencyBox(map([0, 1], 2), -0.5)).toThrow('saliencyBox: lambda must be in [0, 1], got -0.5');
    expect(() => saliencyBox(peaks(2, 2, [[0, 0]]), 0.5)).toThrow('saliencyBox: map must have shape [height, width], got [1, 2, 2]');
  });
});

describe('saliencymixPlan', () => {
  const batch = { rows: 3, height: 8, width: 6, saliency: peaks(8, 6, [[1, 1], [4, 3], [7, 5]]) };

  it('puts the box of all images where the first partner has its peak', () => {
    const plan = saliencymixPlan(batch, { partner: [1, 2, 0], lambda: 0.75 });
    expect(plan.boxes).toEqual(Int32Array.of(2, 2, 6, 4));
    expect(plan.labelWeights[0]).toBeCloseTo(1 - 8 / 48, 7);
  });

  it('or each box where its own partner has it', () => {
    expect(saliencymixPlan(batch, { partner: [1, 2, 0], lambda: [0.75, 0.75, 1] }).boxes).toEqual(Int32Array.of(2, 2, 6, 4, 5, 4, 8, 6, 1, 1, 1, 1));
  });

  it('refuses what does not fit', () => {
    expect(() => saliencymixPlan(batch, { partner: [0, 1], lambda: 0.5 })).toThrow(new RangeError('saliencymixPlan: partner must have 3 values, got 2'));
    expect(() => saliencymixPlan(batch, { partner: [0, 1, 3], lambda: 0.5 })).toThrow('saliencymixPlan: partner[2] must be a whole number in [0, 3), got 3');
    expect(() => saliencymixPlan(batch, { partner: [0, 1, 2], lambda: [0.5] })).toThrow('saliencymixPlan: lambda must be one number, or one for each of 3 rows, got 1');
    expect(() => saliencymixPlan({ ...batch, width: 8 }, { partner: [0, 1, 2], lambda: 1 })).toThrow('saliencymixPlan: batch.saliency must have shape [3, 8, 8], got [3, 8, 6]');
  });
});

describe('saliencymix', () => {
  it('makes the one map that it needs, of the partner of the first image', () => {
    const images = drawnImages(3, [5, 6, 7, 3]);
    const asked: number[] = [];
    const counting: MapMaker = (given) => { asked.push(given.shape[0]!); return gradientMagnitude(given); };
    const policy = saliencymix({ saliency: counting, alpha: 0.5 });
    expect([policy.needs, saliencymix().needs]).toEqual([['images'], ['saliency']]);
    const plan = policy(createRng(2), { rows: 5, height: 6, width: 7, images }) as BoxPlan;
    expect(asked).toEqual([1]);
    expect(saliencymix({ alpha: 0.5 })(createRng(2), { rows: 5, height: 6, width: 7, saliency: gradientMagnitude(images) })).toEqual(plan);
  });

  it('draws boxes that cover what those of CutMix around the same pixels do, over 10⁵ draws', () => {
    const rng = createRng(5);
    const [rows, height, width] = [1000, 16, 16];
    const batch = { rows, height, width, saliency: peaks(height, width, Array.from({ length: rows }, () => [Math.floor(uniform(rng) * height), Math.floor(uniform(rng) * width)])) };
    let sum = 0;
    for (let i = 0; i < 100; i++) {
      const { labelWeights } = saliencymix({ per: 'sample' })(rng, batch);
      for (let row = 0; row < rows; row++) sum += labelWeights[2 * row]! / 1e5;
    }
    let wanted = 0;
    const steps = 2000;
    for (let i = 0; i < steps; i++) {
      const half = Math.floor(Math.floor(16 * Math.sqrt((i + 0.5) / steps)) / 2);
      let line = 0;
      for (let centre = 0; centre < 16; centre++) line += Math.min(centre + half, 16) - Math.max(centre - half, 0);
      wanted += (1 - (line / 16) ** 2 / 256) / steps;
    }
    expect(Math.abs(sum - wanted)).toBeLessThan(0.01); // 1000 places, each for a hundred draws
  });
});
