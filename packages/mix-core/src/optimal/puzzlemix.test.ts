import { createRng, hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { applyPlan, checkPlan, cutmixBox, type MaskPlan, planFromJson, planToJson } from '../index.ts';
import { salientBatch } from './fixtures.ts';
import { gridEnergy } from './grid-problem.ts';
import { puzzleCosts } from './puzzle-costs.ts';
import { puzzlemix, puzzlemixPlan } from './puzzlemix.ts';

const seeds = Array.from({ length: 20 }, (_, seed) => seed);

/** [rows · cells]: what the image itself weighs. */
const keepOf = (plan: MaskPlan): Float32Array => plan.masks.filter((_, i) => i % 2 === 0);

describe('puzzlemixPlan', () => {
  it('costs no more than any constant labelling', () => {
    for (const seed of seeds) {
      const batch = salientBatch(seed, [3, 16, 16, 3]);
      const choice = { partner: [1, 2, 0], lambda: [0.2, 0.5, 0.9], blocks: 4, labels: ([2, 3, 4] as const)[seed % 3]! };
      const plan = puzzlemixPlan(batch, choice);
      const last = choice.labels - 1;
      puzzleCosts(batch, choice).forEach((problem, row) => {
        const labels = keepOf(plan).subarray(row * 16, (row + 1) * 16).map((keep) => Math.round(last * (1 - keep)));
        for (let label = 0; label <= last; label++) expect(gridEnergy(problem, labels)).toBeLessThanOrEqual(gridEnergy(problem, new Int32Array(16).fill(label)) + 1e-12);
      });
    }
  });

  it('shows more of what is salient than boxes of CutMix of equal area do, wherever they lie but for the luckiest', () => {
    let beaten = 0;
    for (const seed of seeds) {
      const batch = salientBatch(seed, [2, 16, 16, 3]);
      const plan = puzzlemixPlan(batch, { partner: [1, 0], lambda: 0.5, blocks: 8 });
      const shares = [0, 1].map((image) => {
        const map = Array.from(batch.saliency.data).slice(image * 256, (image + 1) * 256);
        const sum = map.reduce((a, b) => a + b, 0);
        return map.map((value) => value / sum);
      }) as [number[], number[]];
      const kept = (keep: (y: number, x: number) => number): number => shares[0].reduce((sum, own, i) => {
        const weight = keep(Math.floor(i / 16), i % 16);
        return sum + own * weight + shares[1][i]! * (1 - weight);
      }, 0);
      const mask = keepOf(plan).subarray(0, 64);
      const puzzle = kept((y, x) => mask[(y >> 1) * 8 + (x >> 1)]!);
      const centres = Array.from({ length: 256 }, (_, i) => cutmixBox(16, 16, plan.labelWeights[0]!, [Math.floor(i / 16), i % 16]).box);
      const boxes = centres.map(([top, left, bottom, right]) => kept((y, x) => Number(!(y >= top && y < bottom && x >= left && x < right))));
      expect(puzzle).toBeGreaterThan(boxes.reduce((a, b) => a + b, 0) / boxes.length);
      beaten += boxes.filter((box) => box < puzzle).length / boxes.length;
    }
    expect(beaten / seeds.length).toBeGreaterThan(0.99);
  });

  it('keeps to λ: the mask grows with it, and is whole at its ends where saliency does not tell', () => {
    const batch = { ...salientBatch(1, [2, 8, 8, 3]), saliency: hostTensor('float32', [2, 8, 8], new Float32Array(128)) };
    const weights = [0, 0.25, 0.5, 0.75, 1].map((lambda) => puzzlemixPlan(batch, { partner: [1, 0], lambda, blocks: 2 }).labelWeights[0]!);
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
    expect([weights[0], weights[4]]).toEqual([0, 1]);
  });

  it('counts labels by the mean of the mask, and moves every tile of either image once', () => {
    const batch = salientBatch(2, [3, 12, 20, 1]);
    const plan = puzzlemixPlan(batch, { partner: [2, 0, 1], lambda: 0.4, blocks: 4, tileSize: 1 });
    checkPlan(plan);
    expect([plan.tileRows, plan.tileColumns]).toEqual([12, 20]);
    const keep = keepOf(plan);
    for (let row = 0; row < 3; row++) {
      expect(plan.labelWeights[2 * row]).toBeCloseTo(keep.subarray(16 * row, 16 * row + 16).reduce((a, b) => a + b, 0) / 16, 6);
      for (let j = 0; j < 2; j++) expect(new Set(plan.tiles!.subarray((2 * row + j) * 240, (2 * row + j + 1) * 240)).size).toBe(240);
    }
    expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
  });

  it('gives an image back that meets itself, where blocks stay', () => {
    const batch = salientBatch(3, [1, 8, 8, 3]);
    const plan = puzzlemixPlan(batch, { partner: [0], lambda: 0.5, blocks: 4, transport: 'none' });
    expect(plan.tiles).toBeUndefined();
    applyPlan(plan, batch.images).data.forEach((value, i) => expect(value).toBeCloseTo(batch.images.data[i]!, 6));
  });

  it('refuses tiles that do not divide the blocks', () => {
    const choice = { partner: [0], lambda: 0.5, blocks: 2 };
    expect(() => puzzlemixPlan(salientBatch(0, [1, 8, 12, 1]), { ...choice, tileSize: 3 })).toThrow(new RangeError('puzzlemixPlan: tileSize must divide the blocks of 4 × 6, got 3'));
    expect(() => puzzlemixPlan(salientBatch(0, [1, 8, 8, 1]), { ...choice, transportEps: Number.NaN })).toThrow(new RangeError('puzzlemixPlan: transportEps must be >= 0, got NaN'));
  });
});

describe('puzzlemix', () => {
  it('draws the same plan from the same state, and each fitting number of blocks as often as another', () => {
    const batch = salientBatch(4, [2, 12, 12, 1]);
    expect(puzzlemix()(createRng(1), batch)).toEqual(puzzlemix()(createRng(1), batch));
    const rng = createRng(2);
    const counts = new Map<number, number>();
    const policy = puzzlemix({ blocks: [2, 3, 5, 12], transport: 'none' }); // 5 does not divide 12
    for (let i = 0; i < 900; i++) {
      const { height } = policy(rng, batch) as MaskPlan;
      counts.set(height, (counts.get(height) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([2, 3, 12]);
    for (const count of counts.values()) expect(Math.abs(count - 300)).toBeLessThan(60);
  });

  it.each([[1, 8, 8, 3], [3, 10, 6, 1], [5, 28, 28, 1], [2, 2, 2, 4]] as const)('mixes %d images of %d × %d × %d', (...shape) => {
    const batch = salientBatch(5, shape);
    const plan = puzzlemix({ per: 'sample' })(createRng(3), batch) as MaskPlan;
    checkPlan(plan);
    const mixed = applyPlan(plan, batch.images);
    expect(mixed.shape).toEqual(shape);
    expect(mixed.data.every(Number.isFinite)).toBe(true);
  });

  it('says what it reads, and refuses what it cannot use', () => {
    const batch = salientBatch(6, [2, 7, 7, 1]);
    const draw = (policy = puzzlemix(), given: Parameters<typeof policy>[1] = batch) => () => policy(createRng(0), given);
    expect(puzzlemix().needs).toEqual(['images', 'saliency']);
    expect(draw()).toThrow(new RangeError("puzzlemix: blocks must hold a number that divides the images' 7 × 7, got [2, 4, 8, 16]"));
    expect(draw(puzzlemix({ blocks: [7] }))).not.toThrow();
    expect(draw(puzzlemix({ blocks: [1], tileSize: 4 }))).toThrow("puzzlemix: blocks must hold a number that divides the images' 7 × 7 into blocks that tiles of 4 divide, got [1]");
    const { images: _, ...blind } = batch;
    expect(draw(puzzlemix({ blocks: [7] }), blind)).toThrow(new RangeError('puzzlemix: batch.images is missing, the policy needs it'));
    expect(() => puzzlemix({ blocks: [] })).toThrow('puzzlemix: blocks must hold at least one number, got none');
    expect(() => puzzlemix({ blocks: [0] })).toThrow('puzzlemix: blocks[0] must be a whole number >= 1, got 0');
    expect(() => puzzlemix({ alpha: -1 })).toThrow('puzzlemix: alpha must be > 0, got -1');
    expect(() => puzzlemix({ transport: 'ot' as 'none' })).toThrow("puzzlemix: transport must be 'assignment', 'reference' or 'none', got 'ot'");
  });
});
