import { createRng, hostTensor, integer } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPlan, checkPlan, type MaskPlan } from '../index.ts';
import { comix, type ComixChoice, comixPlan, comixProblems } from './comix.ts';
import { comixObjective, type ComixProblem } from './comix-objective.ts';
import { solveComix } from './comix-solver.ts';
import { salientBatch } from './fixtures.ts';
import { salientPlaces } from './salient-places.ts';

/** A uniform prior, and a drawn labelling to start with. */
function drawn(seed: number, rows: number, blocks: number, partition = 20): ComixChoice {
  const rng = createRng(seed);
  const parts = Math.ceil(rows / partition);
  return { blocks, partition, prior: new Float64Array(rows).fill(1 / rows), start: Int32Array.from({ length: rows * blocks * blocks }, () => integer(rng, 0, Math.floor(rows / parts))) };
}

const oneHot = (labels: ArrayLike<number>, images: number): Float64Array => Float64Array.from({ length: labels.length * images }, (_, at) => Number(labels[Math.floor(at / images)] === at % images));

/** The objective as the paper writes it: sums over outputs, cells, neighbours, pairs of outputs. */
function byLoops({ images, blocks, unary, beta, gamma, threshold }: ComixProblem, shares: Float64Array, thresholded: boolean): number {
  const z = (output: number, y: number, x: number, image: number): number => shares[((output * blocks + y) * blocks + x) * images + image]!;
  const numbers = Array.from({ length: images }, (_, i) => i);
  const cells = Array.from({ length: blocks * blocks }, (_, i) => [Math.floor(i / blocks), i % blocks] as const);
  let sum = 0;
  for (const output of numbers) {
    for (const image of numbers) {
      for (const [y, x] of cells) {
        sum += unary[(y * blocks + x) * images + image]! * z(output, y, x, image);
        if (y > 0) sum += (beta / 2) * (z(output, y, x, image) - z(output, y - 1, x, image)) ** 2;
        if (x > 0) sum += (beta / 2) * (z(output, y, x, image) - z(output, y, x - 1, image)) ** 2;
      }
      const others = numbers.filter((other) => other !== output).flatMap((other) => cells.map(([y, x]) => z(other, y, x, image))).reduce((a, b) => a + b, 0);
      if (!thresholded || others > threshold) sum += gamma * others * cells.reduce((total, [y, x]) => total + z(output, y, x, image), 0);
    }
  }
  return sum;
}

describe('comixPlan', () => {
  it('has an objective that is the paper’s, and never above where it started', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), fc.nat(1e6), fc.constantFrom('paper' as const, 'reference' as const), (rows, blocks, seed, crowding) => {
      const choice = { ...drawn(seed, rows, blocks), crowding, threshold: seed % 3 === 0 ? 0.3 : 0.83 };
      const { problem, start } = comixProblems('comix', salientBatch(seed, [rows, 12, 12, 1]), choice)[0]!;
      const shares = solveComix(problem, start, { sweeps: 3, resolve: true });
      const initial = oneHot(start, rows);
      for (const thresholded of [false, true]) expect(comixObjective(problem, shares, thresholded)).toBeCloseTo(byLoops(problem, shares, thresholded), 9);
      expect(comixObjective(problem, shares)).toBeLessThanOrEqual(comixObjective(problem, initial));
      for (const share of shares) expect([0, 0.5, 1]).toContain(share);
    }), { seed: 1, numRuns: 60 });
  });

  it('shows other images in other outputs once they are crowded', () => {
    const choice = { ...drawn(1, 6, 4), threshold: 0 };
    const batch = salientBatch(1, [6, 16, 16, 1]);
    const plan = comixPlan(batch, choice);
    // without a threshold an image that one output shows is dear in all others
    const total = new Float64Array(6);
    plan.labelWeights.forEach((weight, i) => { total[plan.sources[i]!]! += weight; });
    for (const share of total) expect(share).toBeGreaterThan(0.5);
  });

  it('counts labels by blocks, each of which shows whole images', () => {
    const plan = comixPlan(salientBatch(2, [5, 8, 12, 3]), drawn(2, 5, 4));
    checkPlan(plan);
    for (let row = 0; row < 5; row++) {
      for (let j = 0; j < plan.k; j++) {
        const cells = Array.from({ length: 16 }, (_, cell) => plan.masks[(row * 16 + cell) * plan.k + j]!);
        expect(plan.labelWeights[row * plan.k + j]).toBeCloseTo(cells.reduce((a, b) => a + b, 0) / 16, 6);
      }
    }
  });

  it('mixes parts of a large batch apart from each other', () => {
    const batch = salientBatch(3, [7, 8, 8, 1]);
    const choice = drawn(3, 7, 2, 3);
    const plan = comixPlan(batch, choice);
    expect(plan.k).toBe(3); // parts of 2, 2 and 3 images
    const partOf = (image: number): number => [0, 0, 1, 1, 2, 2, 2][image]!;
    plan.sources.forEach((source, i) => expect(partOf(source)).toBe(partOf(Math.floor(i / plan.k))));
  });

  it('gives the same images with all sources, or with those that are used', () => {
    const batch = salientBatch(4, [6, 8, 8, 1]);
    const [all, used] = (['all', 'used'] as const).map((sources) => comixPlan(batch, { ...drawn(4, 6, 4), sources })) as [MaskPlan, MaskPlan];
    expect(all.k).toBe(6);
    expect(used.k).toBeLessThan(6);
    expect(applyPlan(used, batch.images)).toEqual(applyPlan(all, batch.images));
  });

  it('leaves a batch of one as it is', () => {
    const batch = salientBatch(5, [1, 8, 8, 3]);
    expect(applyPlan(comixPlan(batch, drawn(5, 1, 4)), batch.images)).toEqual(batch.images);
  });

  it('refuses what does not fit', () => {
    const batch = salientBatch(6, [2, 8, 8, 1]);
    const choice = drawn(6, 2, 4);
    const broken = hostTensor('float32', [2, 8, 8], Float32Array.from(batch.saliency.data, (value, i) => (i === 3 ? Number.NaN : value)));
    expect(() => comixPlan({ ...batch, saliency: broken }, choice)).toThrow('comixPlan: batch.saliency[3] must be >= 0 and finite, got NaN');
    expect(() => comixPlan(batch, { ...choice, blocks: 3 })).toThrow(new RangeError("comixPlan: blocks must divide the images' 8 × 8, got 3"));
    expect(() => comixPlan(batch, { ...choice, prior: [1] })).toThrow(new RangeError('comixPlan: prior must have 2 values, got 1'));
    expect(() => comixPlan(batch, { ...choice, start: new Int32Array(32).fill(2) })).toThrow(new RangeError('comixPlan: start[0] must be the number of an image in the part, got 2'));
    expect(() => comixPlan(batch, { ...choice, distances: [0, -1, 1, 0] })).toThrow(new RangeError('comixPlan: distances[1] must be >= 0 and finite, got -1'));
    expect(() => comixPlan(batch, { ...choice, sweeps: 0 })).toThrow(new RangeError('comixPlan: sweeps must be a whole number >= 1, got 0'));
    expect(() => comixPlan(batch, { ...choice, omega: 2 })).toThrow(new RangeError('comixPlan: omega must be in [0, 1], got 2'));
  });
});

describe('comix', () => {
  it('draws the same plan from the same state, of one shape whatever is drawn', () => {
    const batch = salientBatch(7, [5, 8, 8, 1]);
    const rng = createRng(1);
    const shapes = Array.from({ length: 5 }, () => comix()(rng, batch) as MaskPlan).map(({ k, masks }) => [k, masks.length]);
    expect(new Set(shapes.map(String)).size).toBe(1);
    expect(comix()(createRng(1), batch)).toEqual(comix()(createRng(1), batch));
  });

  it('works with saliency that says nothing, and says what it reads', () => {
    const batch = { rows: 3, height: 8, width: 4, saliency: hostTensor('float32', [3, 8, 4], new Float32Array(96)) };
    checkPlan(comix()(createRng(2), batch));
    expect(comix().needs).toEqual(['saliency']);
    expect(() => comix()(createRng(2), { rows: 3, height: 8, width: 4 })).toThrow('comix: batch.saliency is missing, the policy needs it');
    expect(() => comix({ alpha: 0 })).toThrow('comix: alpha must be > 0, got 0');
    expect(() => comix({ partition: 0 })).toThrow('comix: partition must be a whole number >= 1, got 0');
    expect(() => comix({ crowding: 'none' as 'paper' })).toThrow("comix: crowding must be 'paper' or 'reference', got 'none'");
    expect(() => comix({ sources: 'some' as 'all' })).toThrow("comix: sources must be 'all' or 'used', got 'some'");
  });
});

describe('salientPlaces', () => {
  it('finds the square of the largest sum', () => {
    const { saliency } = salientBatch(8, [4, 9, 7, 1]);
    const value = (image: number, y: number, x: number): number => saliency.data[(image * 9 + y) * 7 + x]!;
    const places = salientPlaces(saliency.data, [4, 9, 7], 3);
    for (let image = 0; image < 4; image++) {
      const sums = Array.from({ length: 35 }, (_, at) => Array.from({ length: 9 }, (__, i) => value(image, Math.floor(at / 5) + Math.floor(i / 3), (at % 5) + (i % 3))).reduce((a, b) => a + b, 0));
      const best = sums.indexOf(Math.max(...sums));
      expect([places[2 * image], places[2 * image + 1]]).toEqual([Math.floor(best / 5), best % 5]);
    }
  });
});
