import { createRng, type HostTensor, hostTensor, permutation } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, cutmixPlan, mixproPlan, type Plan, smmixPlan, tlaBox, tokenmixPlan, weightMap } from '../index.ts';
import { drawnMaps } from './fixtures.ts';

const [grid, patch] = [3, 2];
const [height, width] = [grid * patch, grid * patch];

interface Choice {
  readonly partner: readonly number[];
  readonly attention: HostTensor<'float32'>;
  /** [rows, 9]: an order of the tokens for each row. */
  readonly order: readonly number[];
  readonly count: number;
}

/** Every policy for choices that are known; whose pixels stay in their place, and whose labels count pixels. */
const policies = {
  tokenmix: { plan: ({ partner, attention, order, count }: Choice): Plan => tokenmixPlan({ partner, pasted: order.map((place) => Number(place < count)), importance: attention }), inPlace: true, byArea: false },
  smmix: { plan: ({ partner, attention, count }: Choice): Plan => smmixPlan({ height, width, partner, attention, side: count % 4 }), inPlace: false, byArea: true },
  mixpro: { plan: ({ partner, order, count }: Choice): Plan => mixproPlan({ cellRows: grid, cellColumns: grid, partner, order, lambda: 1 - count / 9 }), inPlace: true, byArea: true },
  tla: { plan: ({ partner, count }: Choice): Plan => cutmixPlan({ height, width, partner, boxes: [tlaBox({ height, width, patch, lambda: 1 - count / 9, centre: [1, 2] })] }), inPlace: true, byArea: true },
};

const choices = fc.record({ rows: fc.integer({ min: 1, max: 5 }), count: fc.nat(9), seed: fc.nat() }).map(({ rows, count, seed }): Choice => {
  const rng = createRng(seed);
  return { partner: Array.from(permutation(rng, rows)), attention: drawnMaps(seed, [rows, grid, grid]), order: Array.from({ length: rows }, () => Array.from(permutation(rng, 9))).flat(), count };
});

/** Rows of the batch in another order: row i is what row moved[i] was. */
const take = (data: Float32Array, moved: Int32Array): Float32Array => {
  const size = data.length / moved.length;
  return Float32Array.from(data, (_, i) => data[moved[Math.floor(i / size)]! * size + (i % size)]!);
};
const moveChoice = ({ partner, attention, order, count }: Choice, moved: Int32Array): Choice => ({
  partner: Array.from(moved, (row) => moved.indexOf(partner[row]!)),
  attention: hostTensor('float32', attention.shape, take(attention.data, moved)),
  order: Array.from(moved, (row) => order.slice(9 * row, 9 * row + 9)).flat(),
  count,
});

describe.each(Object.entries(policies))('%s', (_, { plan: planOf, inPlace }) => {
  it('follows a permutation of the batch', () => {
    fc.assert(fc.property(choices, fc.nat(), fc.constantFrom(1, 3), (choice, seed, channels) => {
      const rows = choice.partner.length;
      const moved = permutation(createRng(seed), rows);
      const images = drawnImages(seed, [rows, height, width, channels]);
      const [plan, other] = [planOf(choice), planOf(moveChoice(choice, moved))];
      expect(applyPlan(other, hostTensor('float32', images.shape, take(images.data, moved))).data).toEqual(take(applyPlan(plan, images).data, moved));
      expect(other.labelWeights).toEqual(take(plan.labelWeights, moved));
    }), { seed: 1, numRuns: 60 });
  });

  it('gives an image back whose partner is the same one, unless it moves pixels', () => {
    fc.assert(fc.property(choices, (choice) => {
      const rows = choice.partner.length;
      const { data } = drawnImages(3, [1, height, width, 2]);
      const images = hostTensor('float32', [rows, height, width, 2], Float32Array.from({ length: rows * data.length }, (__, i) => data[i % data.length]!));
      if (inPlace) expect(applyPlan(planOf(choice), images)).toEqual(images);
      if (choice.count === 0) expect(applyPlan(planOf(choice), drawnImages(4, images.shape))).toEqual(drawnImages(4, images.shape));
    }), { seed: 2, numRuns: 60 });
  });
});

it.each(Object.entries(policies).filter(([, { byArea }]) => byArea))('%s shows as much of an image as its label counts', (_, { plan: planOf }) => {
  fc.assert(fc.property(choices, (choice) => {
    const plan = planOf(choice);
    const { data, shape } = weightMap(plan, height, width);
    for (let row = 0; row < plan.rows; row++) {
      const at = shape[0] === 1 ? 0 : row * height * width * 2;
      const kept = Array.from({ length: height * width }, (__, i) => data[at + 2 * i]!).reduce((a, b) => a + b) / (height * width);
      expect(Math.abs(plan.labelWeights[2 * row]! - kept)).toBeLessThan(1e-6);
      expect(Math.abs(plan.labelWeights[2 * row + 1]! - (1 - kept))).toBeLessThan(1e-6);
    }
  }), { seed: 3, numRuns: 60 });
});
