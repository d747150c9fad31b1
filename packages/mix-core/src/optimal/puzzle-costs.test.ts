import { hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { salientBatch } from './fixtures.ts';
import { puzzleCosts } from './puzzle-costs.ts';

const batch = salientBatch(1, [2, 8, 12, 2]);
const at = (image: number, y: number, x: number, c: number): number => batch.images.data[((image * 8 + y) * 12 + x) * 2 + c]!;
const choice = { partner: [1, 0], lambda: 0.3, blocks: 2, neighSize: 2 };

/** Mean over channels of the distance between two means of 2 × 2 pixels (4 × 6 blocks). */
const apart = (a: number, [y, x]: readonly [number, number], b: number, [v, u]: readonly [number, number]): number => {
  const mean = (image: number, top: number, left: number, c: number): number => [0, 1].flatMap((i) => [0, 1].map((j) => at(image, 2 * top + i, 2 * left + j, c))).reduce((sum, value) => sum + value / 4, 0);
  return [0, 1].reduce((sum, c) => sum + Math.abs(mean(a, y, x, c) - mean(b, v, u, c)) / 2, 0);
};

describe('puzzleCosts', () => {
  it('is the definition, written out for one edge and one block', () => {
    const [first] = puzzleCosts(batch, choice);
    const beta = 1.2 / 2 / 16;
    // blocks are 4 × 6 pixels, 2 × 3 squares; the border below block (0, 1) lies between rows 1 and 2 of squares, columns 3, 4, 5
    const vertical = (a: number, b: number, column: number): number => (beta * 0.5 * [0, 1, 2].reduce((sum, i) => sum + apart(a, [1, 3 * column + i], b, [2, 3 * column + i]), 0)) / 3;
    const horizontal = (a: number, b: number, row: number): number => (beta * 0.5 * [0, 1].reduce((sum, i) => sum + apart(a, [2 * row + i, 2], b, [2 * row + i, 3]), 0)) / 2;
    expect(first!.vertical[1]).toBeCloseTo((vertical(0, 1, 1) + vertical(1, 0, 1) - vertical(0, 0, 1) - vertical(1, 1, 1)) / 2 + beta, 10);
    expect(first!.horizontal[0]).toBeCloseTo((horizontal(0, 1, 0) + horizontal(1, 0, 0) - horizontal(0, 0, 0) - horizontal(1, 1, 0)) / 2 + beta, 10);
    const share = (image: number, inside: (y: number, x: number) => boolean): number => {
      const values = Array.from(batch.saliency.data.subarray(image * 96, (image + 1) * 96));
      return values.reduce((sum, value, i) => sum + (inside(Math.floor(i / 12), i % 12) ? value : 0), 0) / values.reduce((a, b) => a + b, 0);
    };
    // block (0, 1) is above (1, 1) and right of (0, 0)
    const one = share(1, (y, x) => y < 4 && x >= 6) + (vertical(0, 1, 1) + vertical(0, 0, 1)) / 2 + (horizontal(1, 0, 0) + horizontal(0, 0, 0)) / 2;
    const two = share(0, (y, x) => y < 4 && x >= 6) + (vertical(1, 0, 1) + vertical(1, 1, 1)) / 2 + (horizontal(0, 1, 0) + horizontal(1, 1, 0)) / 2;
    const prior = [0.3 ** 2, 2 * 0.3 * 0.7, 0.7 ** 2].map((p) => (-0.2 / 4) * Math.log(p + 1e-8));
    for (const [label, t] of [0, 0.5, 1].entries()) expect(first!.unary[3 + label]).toBeCloseTo((1 - t) * one + t * two + prior[label]!, 9);
    expect(Array.from(first!.labelCost)).toEqual([0, 0.25, 1, 0.25, 0, 0.25, 1, 0.25, 0]);
  });

  it('undoes the normalisation that it is told of', () => {
    const [mean, std] = [[0.4, 0.5], [0.2, 0.3]];
    const normalised = hostTensor('float32', batch.images.shape, batch.images.data.map((value, i) => (value - mean[i % 2]!) / std[i % 2]!));
    const [plain, undone] = [puzzleCosts(batch, choice), puzzleCosts({ ...batch, images: normalised }, { ...choice, mean, std })];
    Array.from(plain[0]!.vertical).forEach((weight, edge) => expect(undone[0]!.vertical[edge]).toBeCloseTo(weight, 6));
  });

  it('has no negative weights, even where colours are far outside of [0, 1]', () => {
    const wild = hostTensor('float32', batch.images.shape, batch.images.data.map((value) => 1000 * value));
    for (const { vertical, horizontal } of puzzleCosts({ ...batch, images: wild }, { ...choice, gamma: 1 })) {
      for (const weight of [...Array.from(vertical), ...Array.from(horizontal)]) expect(weight).toBeGreaterThanOrEqual(0);
    }
  });

  it('refuses what does not fit', () => {
    const { saliency, ...blind } = batch;
    const broken = hostTensor('float32', saliency.shape, Float32Array.from(saliency.data, (value, i) => (i === 7 ? Number.NaN : value)));
    expect(() => puzzleCosts(blind, choice)).toThrow('puzzleCosts: batch.saliency is missing');
    expect(() => puzzleCosts({ ...batch, saliency: broken }, choice)).toThrow('puzzleCosts: batch.saliency[7] must be >= 0 and finite, got NaN');
    expect(() => puzzleCosts({ ...batch, saliency: hostTensor('float32', [2, 4, 4], new Float32Array(32)) }, choice)).toThrow("puzzleCosts: batch.saliency must have the images' size 8 × 12, got 4 × 4");
    expect(() => puzzleCosts(batch, { ...choice, blocks: 3 })).toThrow(new RangeError("puzzleCosts: blocks must divide the images' 8 × 12, got 3"));
    expect(() => puzzleCosts(batch, { ...choice, lambda: 1.5 })).toThrow('puzzleCosts: lambda must be in [0, 1], got 1.5');
    expect(() => puzzleCosts(batch, { ...choice, partner: [1] })).toThrow('puzzleCosts: partner');
    expect(() => puzzleCosts(batch, { ...choice, labels: 5 as 4 })).toThrow(new RangeError('puzzleCosts: labels must be 2, 3 or 4, got 5'));
    expect(() => puzzleCosts(batch, { ...choice, beta: -1 })).toThrow(new RangeError('puzzleCosts: beta must be >= 0, got -1'));
    expect(() => puzzleCosts(batch, { ...choice, gamma: 2 })).toThrow(new RangeError('puzzleCosts: gamma must be in [0, 1], got 2'));
    expect(() => puzzleCosts(batch, { ...choice, mean: [0, 0, 0] })).toThrow(new RangeError('puzzleCosts: mean must be one number, or one for each of 2 channels, got 3'));
    expect(() => puzzleCosts(batch, { ...choice, neighSize: 0 })).toThrow(new RangeError('puzzleCosts: neighSize must be a whole number >= 1, got 0'));
  });
});
