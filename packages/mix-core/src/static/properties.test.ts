import { createRng, type HostTensor, hostTensor, permutation } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, cutmix, dMixup, fmix, gridmix, mixup, partialMixup, type Plan, planFromJson, planToJson, type Policy, resizemix, type ShareOptions, smoothmix, timmMixup, weightMap } from '../index.ts';

/** Policies that neither move nor resize pixels. */
const inPlace: Readonly<Record<string, (options: ShareOptions) => Policy>> = {
  mixup: (options) => mixup(options),
  cutmix: (options) => cutmix(options),
  'cutmix, minmax': (options) => cutmix({ ...options, minmax: [0, 1] }),
  smoothmix,
  gridmix: (options) => gridmix(options),
  fmix: (options) => fmix(options),
  'fmix, soft': (options) => fmix({ ...options, maxSoft: 0.3 }),
  'timm, batch': () => timmMixup({ cutmixAlpha: 1 }),
  'timm, elem': () => timmMixup({ cutmixAlpha: 1, mode: 'elem' }),
  'timm, pair': () => timmMixup({ cutmixAlpha: 1, mode: 'pair' }),
  dMixup: () => dMixup({ points: 3 }),
  partialMixup: () => partialMixup({ mixedFraction: 0.5 }),
};
const all = { ...inPlace, resizemix: (options: ShareOptions) => resizemix(options), 'resizemix, bilinear': (options: ShareOptions) => resizemix({ ...options, resize: 'bilinear' }) };

const sharing = fc.constantFrom<ShareOptions>({}, { per: 'sample' }, { per: 'pair', partner: 'reverse' }, { partner: 'redraw' }, { partner: 'roll', per: 'sample' });
const cases = fc.record({
  seed: fc.integer(), rows: fc.integer({ min: 1, max: 5 }), options: sharing,
  height: fc.integer({ min: 3, max: 11 }), width: fc.integer({ min: 6, max: 11 }), channels: fc.constantFrom(1, 3),
});

const distance = (a: Float32Array, b: Float32Array): number => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
const gather = ({ shape, data }: HostTensor<'float32'>, order: Int32Array): HostTensor<'float32'> => {
  const size = data.length / shape[0]!;
  return hostTensor('float32', [order.length, ...shape.slice(1)], Float32Array.from({ length: order.length * size }, (_, i) => data[order[Math.floor(i / size)]! * size + (i % size)]!));
};

describe.each(Object.entries(all))('%s', (name, make) => {
  it('labels count by the mean of what shows, within a pixel', () => {
    fc.assert(fc.property(cases, ({ seed, rows, options, height, width }) => {
      const plan = make(options)(createRng(seed), { rows, height, width });
      const { data, shape } = weightMap(plan, height, width);
      const [pixels, k] = [height * width, plan.k];
      for (let i = 0; i < rows * k; i++) {
        const [row, j] = [shape[0] === 1 ? 0 : Math.floor(i / k), i % k];
        let mean = 0;
        for (let p = 0; p < pixels; p++) mean += data[(row * pixels + p) * k + j]! / pixels;
        expect(Math.abs(mean - plan.labelWeights[i]!)).toBeLessThan(1 / pixels + 1e-6);
      }
    }), { numRuns: 40 });
  });

  it('permuting the batch permutes the result', () => {
    fc.assert(fc.property(cases, ({ seed, rows, options, height, width, channels }) => {
      const plan = make(options)(createRng(seed), { rows, height, width });
      const images = drawnImages(seed, [rows, height, width, channels]);
      const order = permutation(createRng(seed + 1), rows); // new place i holds old image order[i]
      const place = Int32Array.from({ length: rows }, (_, image) => order.indexOf(image));
      const moved: Plan = { ...plan, sources: plan.sources.map((source) => place[source]!) };
      expect(applyPlan(moved, gather(images, order))).toEqual(applyPlan(plan, images));
    }), { numRuns: 20 });
  });

  it('comes back from JSON, the same for the same seed', () => {
    fc.assert(fc.property(cases, ({ seed, rows, options, height, width }) => {
      const plan = make(options)(createRng(seed), { rows, height, width });
      expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
      expect(make(options)(createRng(seed), { rows, height, width })).toEqual(plan);
    }), { numRuns: 20 });
  });

  if (name in inPlace) {
    it('mixing an image with itself gives it back', () => {
      fc.assert(fc.property(cases, ({ seed, rows, options, height, width, channels }) => {
        const plan = make(options)(createRng(seed), { rows, height, width });
        const same = gather(drawnImages(seed, [1, height, width, channels]), new Int32Array(rows));
        expect(distance(applyPlan(plan, same).data, same.data)).toBeLessThan(2e-6);
      }), { numRuns: 20 });
    });
  }
});

it.each(Object.entries(all).filter(([name]) => !name.startsWith('gridmix') && !name.includes('minmax')))('%s works on images of 1 × 1', (_, make) => {
  const images = drawnImages(1, [3, 1, 1, 2]);
  for (const options of [{}, { per: 'sample' }] as const) expect(applyPlan(make(options)(createRng(1), { rows: 3, height: 1, width: 1 }), images).shape).toEqual([3, 1, 1, 2]);
});
