import { hostTensor } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages, plansFor, warpedPlansFor } from '../fixtures.ts';
import { applyPlan, checkPlan, type MaskPlan, maskPlan, mixLabels, mixupPlan, type Plan, weightMap } from '../index.ts';

const [height, width] = [5, 3];
const imagesFor = (plan: Plan, channels = 2): ReturnType<typeof drawnImages> => drawnImages(8, [plan.batch, height, width, channels]);

/** The definition, pixel by pixel in float64. */
function naive(plan: Plan, images: ReturnType<typeof drawnImages>): number[] {
  const { data: map, shape: [count] } = weightMap(plan, height, width);
  const channels = images.shape[3]!;
  const out: number[] = [];
  for (let row = 0; row < plan.rows; row++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < plan.k; j++) {
          const weight = map[((count === 1 ? 0 : row) * height * width + pixel) * plan.k + j]!;
          sum += weight * images.data[(plan.sources[row * plan.k + j]! * height * width + pixel) * channels + c]!;
        }
        out.push(sum);
      }
    }
  }
  return out;
}

describe('applyPlan', () => {
  it('is the weighted sum of the sources, pixel by pixel', () => {
    fc.assert(fc.property(plansFor(height, width), fc.constantFrom(1, 3), (plan, channels) => {
      const images = imagesFor(plan, channels);
      const { data, shape } = applyPlan(plan, images);
      expect(shape).toEqual([plan.rows, height, width, channels]);
      naive(plan, images).forEach((wanted, i) => expect(Math.abs(data[i]! - wanted)).toBeLessThan(2e-6));
    }), { seed: 1 });
  });

  it('gives a source of weight 1 everywhere back bit for bit, whatever the others hold', () => {
    fc.assert(fc.property(plansFor(height, width), fc.nat(2), (plan, pick) => {
      const j = pick % plan.k;
      const whole = (weights: Float32Array): Float32Array => weights.map((_, i) => Number(i % plan.k === j));
      const one: Plan = plan.kind === 'mask' ? { ...plan, masks: whole(plan.masks) }
        : plan.kind === 'scalar' ? { ...plan, weights: whole(plan.weights) }
          : { ...plan, boxes: plan.boxes.map((_, i) => (Math.floor(i / 4) % Math.max(plan.k - 1, 1) === j - 1 && i % 4 > 1 ? [height, width][i % 2]! : 0)) };
      const images = imagesFor(plan);
      const chosen = new Set(Array.from({ length: plan.rows }, (_, row) => plan.sources[row * plan.k + j]!));
      const size = height * width * 2;
      images.data.forEach((_, i) => { if (!chosen.has(Math.floor(i / size))) images.data[i] = Number.NaN; });
      images.data[chosen.values().next().value! * size] = -0;
      const { data } = applyPlan(one, images);
      for (let row = 0; row < plan.rows; row++) {
        const source = plan.sources[row * plan.k + j]!;
        expect(data.slice(row * size, (row + 1) * size)).toEqual(images.data.slice(source * size, (source + 1) * size));
      }
    }), { seed: 2 });
  });

  it('stays between the smallest and the largest of the sources', () => {
    fc.assert(fc.property(plansFor(height, width), (plan) => {
      const images = imagesFor(plan);
      const size = height * width * 2;
      applyPlan(plan, images).data.forEach((value, i) => {
        const at = Array.from(plan.sources.subarray(Math.floor(i / size) * plan.k).subarray(0, plan.k), (source) => images.data[source * size + (i % size)]!);
        expect(value).toBeGreaterThan(Math.min(...at) - 3e-6);
        expect(value).toBeLessThan(Math.max(...at) + 3e-6);
      });
    }), { seed: 3 });
  });

  it('gives permuted rows for permuted rows of the plan, and the same result for a permuted batch with sources renamed', () => {
    fc.assert(fc.property(plansFor(height, width), (plan) => {
      const images = imagesFor(plan);
      const size = height * width * 2;
      const moved = hostTensor('float32', images.shape, new Float32Array(images.data.length));
      for (let i = 0; i < plan.batch; i++) moved.data.set(images.data.subarray(i * size, (i + 1) * size), (plan.batch - 1 - i) * size);
      const renamed: Plan = { ...plan, sources: plan.sources.map((source) => plan.batch - 1 - source) };
      expect(applyPlan(renamed, moved)).toEqual(applyPlan(plan, images));
    }), { seed: 4 });
  });

  it('mixes inputs of any rank with scalars', () => {
    const plan = mixupPlan({ partner: [1, 0], lambda: 0.25 });
    expect(applyPlan(plan, hostTensor('float32', [2], Float32Array.of(0, 4))).data).toEqual(Float32Array.of(3, 1));
    expect(applyPlan(plan, hostTensor('float32', [2, 1, 1, 1, 2], Float32Array.of(0, 1, 4, 5)))).toEqual(hostTensor('float32', [2, 1, 1, 1, 2], Float32Array.of(3, 4, 1, 2)));
  });

  it('takes sources from several batches, and as many rows as wanted', () => {
    const plan: Plan = { kind: 'scalar', batch: 4, rows: 1, k: 3, sources: Int32Array.of(0, 2, 3), weights: Float32Array.of(0.5, 0.25, 0.25), labelWeights: Float32Array.of(1, 0, 0) };
    expect(applyPlan(plan, hostTensor('float32', [4, 1], Float32Array.of(8, 100, 4, 0))).data).toEqual(Float32Array.of(5));
  });

  it('writes into memory that is there, whatever it holds', () => {
    fc.assert(fc.property(fc.oneof(plansFor(height, width), warpedPlansFor(height, width)), (plan) => {
      const images = imagesFor(plan);
      const wanted = applyPlan(plan, images);
      const out = hostTensor('float32', wanted.shape, new Float32Array(wanted.data.length).fill(Number.NaN));
      expect(applyPlan(plan, images, { out })).toBe(out);
      expect(out).toEqual(wanted);
    }), { seed: 7 });
  });

  it('refuses an out of another shape or type, and one that overlaps the images', () => {
    const plan = mixupPlan({ partner: [1, 0], lambda: 0.5 });
    const memory = new Float32Array(12);
    const at = (start: number, shape: readonly number[]): ReturnType<typeof drawnImages> => hostTensor('float32', shape, memory.subarray(start, start + shape.reduce((a, b) => a * b, 1)));
    const images = at(0, [2, 3]);
    expect(() => applyPlan(plan, images, { out: at(6, [3, 2]) })).toThrow(new RangeError('applyPlan: out must have shape [2, 3], got [3, 2]'));
    expect(() => applyPlan(plan, images, { out: images })).toThrow(new RangeError('applyPlan: out must not share memory with images'));
    expect(() => applyPlan(plan, images, { out: at(5, [2, 3]) })).toThrow('must not share memory');
    expect(() => applyPlan(plan, images, { out: hostTensor('float64', [2, 3], new Float64Array(6)) as unknown as typeof images })).toThrow(new TypeError('applyPlan: out must be float32, got float64'));
    expect(applyPlan(plan, images, { out: at(6, [2, 3]) }).data.buffer).toBe(memory.buffer);
  });

  it('refuses images without height and width for masks', () => {
    const plan = maskPlan({ height: 1, width: 1, partner: [0], keep: [1] });
    expect(() => applyPlan(plan, hostTensor('float32', [1, 4], new Float32Array(4)))).toThrow('applyPlan: images must have shape [batch, height, width, …], got [1, 4]');
  });
});

describe('maskPlan', () => {
  it('grows a coarse mask: nearest and bilinear as their definitions say', () => {
    const plan = maskPlan({ height: 1, width: 2, partner: [1, 0], keep: [1, 0] });
    const own = (upsampling: MaskPlan['upsampling'], size: number): number[] => Array.from(weightMap({ ...plan, upsampling }, 1, size).data.filter((_, i) => i % 2 === 0));
    expect(own('nearest', 5)).toEqual([1, 1, 1, 0, 0]); // ⌊i·2/5⌋
    expect(own('bilinear', 4)).toEqual([1, 0.75, 0.25, 0]); // half-pixel centres
    expect(plan.labelWeights).toEqual(Float32Array.of(0.5, 0.5, 0.5, 0.5));
  });

  it('counts labels by the mean of each mask', () => {
    expect(maskPlan({ height: 1, width: 4, partner: [1, 0], keep: [1, 1, 0, 1, 0, 0, 0, 0.5] }).labelWeights).toEqual(Float32Array.of(0.75, 0.25, 0.125, 0.875));
  });

  it('refuses masks of another size or outside [0, 1]', () => {
    expect(() => maskPlan({ height: 2, width: 2, partner: [1, 0], keep: [1, 1, 1] })).toThrow(new RangeError('maskPlan: keep must have 4 or 2 · 4 values, got 3'));
    expect(() => maskPlan({ height: 1, width: 2, partner: [1, 0], keep: [1, 2] })).toThrow('maskPlan: keep[1] must be in [0, 1], got 2');
  });
});

describe('mixLabels', () => {
  it('spreads label weights over the labels of the sources; they sum to 1 as the weights do', () => {
    const plan = mixupPlan({ partner: [1, 2, 0], lambda: 0.75 });
    expect(mixLabels(plan, [2, 0, 2], 3)).toEqual(hostTensor('float32', [3, 3], Float32Array.of(0.25, 0, 0.75, 0.75, 0, 0.25, 0, 0, 1)));
    fc.assert(fc.property(plansFor(height, width), (any) => {
      const { data } = mixLabels(any, Int32Array.from({ length: any.batch }, (_, i) => i % 3), 3);
      for (let row = 0; row < any.rows; row++) expect(data[3 * row]! + data[3 * row + 1]! + data[3 * row + 2]!).toBeCloseTo(1, 6);
    }), { seed: 5 });
  });

  it('refuses labels out of range, or another number of them', () => {
    const plan = mixupPlan({ partner: [1, 0], lambda: 0.5 });
    expect(() => mixLabels(plan, [0, 3], 3)).toThrow(new RangeError('mixLabels: labels[1] must be a whole number in [0, 3), got 3'));
    expect(() => mixLabels(plan, [0, 1, 1], 3)).toThrow('mixLabels: labels must have shape [2], got [3]');
    expect(() => mixLabels(plan, [0, 1], 0)).toThrow('mixLabels: classes must be a whole number >= 1, got 0');
  });
});

describe('checkPlan', () => {
  const plan = mixupPlan({ partner: [1, 0], lambda: 0.5 });

  it('accepts every plan that fits together', () => {
    fc.assert(fc.property(plansFor(height, width), (any) => checkPlan(any)), { seed: 6 });
  });

  it.each<[string, object, string]>([
    ['sources', { sources: Int32Array.of(0, 1, 2, 0) }, 'checkPlan: plan.sources[2] must be in [0, 2), got 2'],
    ['sources', { sources: Int32Array.of(0, 1) }, 'checkPlan: plan.sources must have 4 elements, got 2'],
    ['sources', { sources: [0, 1, 1, 0] }, 'checkPlan: plan.sources must be a Int32Array, got Array'],
    ['weights', { weights: Float32Array.of(-1, 2) }, 'checkPlan: plan.weights[0] must be in [0, 1], got -1'],
    ['weights', { weights: Float32Array.of(1) }, 'checkPlan: plan.weights must have 2 or 4 elements, got 1'],
    ['labelWeights', { labelWeights: Float32Array.of(Number.NaN, 1, 0, 1) }, 'checkPlan: plan.labelWeights[0] must be >= 0 and finite, got NaN'],
    ['rows', { rows: 0 }, 'checkPlan: plan.rows must be a whole number >= 1, got 0'],
    ['kind', { kind: 'warp' }, "checkPlan: plan.kind must be 'scalar', 'box' or 'mask', got \"warp\""],
    ['stage', { stage: 3 }, 'checkPlan: plan.stage must be a string, got 3'],
    ['boxes', { kind: 'box', height: 4, width: 4, boxes: Int32Array.of(0, 0, 5, 1) }, 'checkPlan: plan.boxes[0] must lie within 4 × 4, got [0, 0, 5, 1]'],
    ['upsampling', { kind: 'mask', height: 1, width: 1, masks: Float32Array.of(1, 0), upsampling: 'cubic' }, "checkPlan: plan.upsampling must be 'nearest' or 'bilinear', got \"cubic\""],
  ])('names %s when it is wrong', (_, change, message) => {
    const changed: Plan = { ...plan, ...change };
    expect(() => checkPlan(changed)).toThrow(message);
  });
});
