import { createRng, hostTensor, integer, permutation, uniform } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import {
  applyPlan, attentivemix, attentivemixPlan, type Batch, type Box, checkPlan, cutmixBox, gradientMagnitude, guidedmixup, planFromJson, planToJson, type Policy, saliencymix, saliencymixPlan, snapmix, snapmixPlan,
  spectralResidual, weightMap,
} from '../index.ts';

interface Case {
  readonly batch: Batch & Required<Pick<Batch, 'images' | 'saliency' | 'height' | 'width'>>;
  readonly seed: number;
}

/** What the maps hold: anything, one number everywhere, or zeros. */
const levels = [(value: number) => value, () => 0.25, () => 0] as const;

/** Batches of any size, one-channel and non-square images among them. */
const cases: fc.Arbitrary<Case> = fc.record({
  rows: fc.integer({ min: 1, max: 5 }), height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }), channels: fc.constantFrom(1, 3),
  grid: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })), level: fc.constantFrom(...levels), seed: fc.nat(1000),
}).map(({ rows, height, width, channels, grid, level, seed }) => {
  const rng = createRng(seed);
  const maps = (...size: number[]) => hostTensor('float32', [rows, ...size], Float32Array.from({ length: rows * size[0]! * size[1]! }, () => level(uniform(rng))));
  const labels = Array.from({ length: rows }, (_, row) => row % 2);
  return { seed, batch: { rows, height, width, images: drawnImages(seed, [rows, height, width, channels]), saliency: maps(height, width), attention: maps(...grid), labels } };
});

const policies: Readonly<Record<string, Policy>> = {
  saliencymix: saliencymix(),
  saliencymixPerSample: saliencymix({ per: 'sample', saliency: spectralResidual }),
  attentivemix: attentivemix(),
  attentivemixPerSample: attentivemix({ per: 'sample', beta: 8 }),
  attentivemixTop: attentivemix({ topK: 1 }),
  guidedmixup: guidedmixup(),
  guidedmixupOfImages: guidedmixup({ saliency: gradientMagnitude }),
  snapmix: snapmix(),
  snapmixPerSample: snapmix({ per: 'sample' }),
};

describe.each(Object.entries(policies))('%s', (name, policy) => {
  const snaps = name.startsWith('snapmix');

  it('works for any size and any maps, and goes to JSON and back', () => {
    fc.assert(fc.property(cases, ({ batch, seed }) => {
      const plan = policy(createRng(seed), batch);
      checkPlan(plan);
      expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
      expect(applyPlan(plan, batch.images).shape).toEqual(batch.images.shape);
      expect(policy(createRng(seed), batch)).toEqual(plan);
    }), { seed: 1, numRuns: 60 });
  });

  it.skipIf(snaps)('counts each label by the mean of its weights within 1/(H · W)', () => {
    fc.assert(fc.property(cases, ({ batch, seed }) => {
      const plan = policy(createRng(seed), batch);
      const { shape: [count], data } = weightMap(plan, batch.height, batch.width);
      const pixels = batch.height * batch.width;
      for (let row = 0; row < batch.rows; row++) {
        const at = 2 * (count === 1 ? 0 : row) * pixels;
        const mean = data.subarray(at, at + 2 * pixels).reduce((sum, weight, i) => sum + (i % 2 === 0 ? weight / pixels : 0), 0);
        const [own, other] = plan.labelWeights.subarray(2 * row, 2 * row + 2);
        expect(Math.abs(own! - mean)).toBeLessThan(1e-6); // the spec's 1/(H · W) and more
        expect(Math.abs(own! + other! - 1)).toBeLessThan(1e-6);
      }
    }), { seed: 2, numRuns: 100 });
  });

  it.skipIf(snaps)('gives x back where all images are the same, and stays between both else', () => {
    fc.assert(fc.property(cases, fc.boolean(), ({ batch, seed }, same) => {
      const size = batch.images.data.length / batch.rows;
      const images = same ? hostTensor('float32', batch.images.shape, batch.images.data.map((_, i) => batch.images.data[i % size]!)) : batch.images;
      const plan = policy(createRng(seed), { ...batch, images });
      const outside = applyPlan(plan, images).data.map((value, i) => {
        const pair = [0, 1].map((j) => images.data[plan.sources[2 * Math.floor(i / size) + j]! * size + (i % size)]!);
        return Math.max(value - Math.max(...pair), Math.min(...pair) - value);
      });
      expect(Math.max(...outside)).toBeLessThan(1e-6);
    }), { seed: 3, numRuns: 60 });
  });

  it('refuses NaN in its evidence', () => {
    const { batch } = fc.sample(cases.filter((one) => one.batch.height > 2), { seed: 4, numRuns: 1 })[0]!;
    const bad = <T extends Float32Array | Float64Array>(data: T): T => data.fill(Number.NaN, 1, 2) as T;
    const wrong = { ...batch, images: { ...batch.images, data: bad(batch.images.data) }, saliency: { ...batch.saliency, data: bad(batch.saliency.data) } };
    const attention = { ...batch.attention!, data: batch.attention!.data.slice().fill(Number.NaN) as Float32Array };
    expect(() => policy(createRng(1), { ...wrong, attention: attention as never })).toThrow(/batch\.(images|saliency|attention)\[\d\] must be .*finite, got NaN/);
  });
});

it('plans of permuted batches are permuted, for policies whose choices are given', () => {
  fc.assert(fc.property(cases, ({ batch, seed }) => {
    const { rows, height, width } = batch;
    const rng = createRng(seed);
    const order = permutation(rng, rows); // image order[i] becomes number i
    const turn = <T>(all: ArrayLike<T>): T[] => Array.from(order, (row) => all[row]!);
    const moved = ({ shape, data }: { shape: readonly number[]; data: Float32Array | Float64Array }) => {
      const size = data.length / rows;
      return hostTensor('float32', shape, Float32Array.from(data, (_, i) => data[order[Math.floor(i / size)]! * size + (i % size)]!));
    };
    const partner = permutation(rng, rows);
    const lambda = Array.from(partner, () => uniform(rng));
    const boxes = (): Box[] => lambda.map((one) => cutmixBox(height, width, one, [integer(rng, 0, height), integer(rng, 0, width)]).box);
    const choice = { partner, lambda, boxes: boxes(), crops: boxes(), topK: lambda.map((one) => 1 + Math.floor(one * (batch.attention!.data.length / rows - 1))) };
    const turned = {
      partner: turn(partner).map((row) => order.indexOf(row)), lambda: turn(choice.lambda), boxes: turn(choice.boxes), crops: turn(choice.crops), topK: turn(choice.topK),
    };
    const after = { ...batch, images: moved(batch.images), saliency: moved(batch.saliency), attention: moved(batch.attention!), labels: turn(batch.labels as number[]) };
    for (const plan of [saliencymixPlan, attentivemixPlan, snapmixPlan]) {
      const [before, then] = [plan(batch, choice), plan(after, turned)];
      expect(applyPlan(then, after.images)).toEqual(moved(applyPlan(before, batch.images)));
      expect(turn(Array.from({ length: rows }, (_, row) => before.labelWeights.slice(2 * row, 2 * row + 2)))).toEqual(Array.from({ length: rows }, (_, row) => then.labelWeights.slice(2 * row, 2 * row + 2)));
    }
  }), { seed: 5, numRuns: 60 });
});
