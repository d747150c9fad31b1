import { createRng } from '@mixwell/tensor';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawLambda, type MixPairs, mixPairs, type MixPairsOptions } from '../index.ts';

const rows = ({ anchor, first, second }: MixPairs): number[][] => Array.from(anchor, (a, i) => [a, first[i]!, second[i]!]);
const labels = [0, 0, 1, 0];

describe('mixPairs', () => {
  it('pairs every negative of an anchor with a positive, which is drawn, first, or each of them', () => {
    const of = (options: MixPairsOptions): number[][] => rows(mixPairs(labels, { mode: 'positive-negative', ...options }));
    expect(of({ positives: 'first' })).toEqual([[0, 1, 2], [1, 0, 2], [3, 0, 2]]);
    expect(of({ positives: 'all' })).toEqual([[0, 1, 2], [0, 3, 2], [1, 0, 2], [1, 3, 2], [3, 0, 2], [3, 1, 2]]);
    expect(of({ positives: 'released' })).toEqual([[0, 1, 2], [0, 1, 2], [1, 0, 2], [1, 0, 2], [3, 0, 2], [3, 0, 2]]);
    const drawn = new Set(Array.from({ length: 40 }, (_, seed) => of({ rng: createRng(seed) })[0]!.join()));
    expect([...drawn].sort()).toEqual(['0,1,2', '0,3,2']);
  });

  it('draws one positive for all pairs of an anchor where it is told to', () => {
    for (let seed = 0; seed < 20; seed++) {
      const found = rows(mixPairs([0, 0, 0, 1, 1, 1], { mode: 'positive-negative', positives: 'randomPerAnchor', rng: createRng(seed) }));
      expect(found).toHaveLength(18);
      for (let a = 0; a < 6; a++) expect(new Set(found.filter(([anchor]) => anchor === a).map(([, first]) => first)).size).toBe(1);
    }
  });

  it('pairs an anchor itself with its negatives; where it is told to, only anchors without positives', () => {
    expect(rows(mixPairs(labels, { mode: 'anchor-negative' }))).toEqual([[0, 0, 2], [1, 1, 2], [2, 2, 0], [2, 2, 1], [2, 2, 3], [3, 3, 2]]);
    expect(rows(mixPairs(labels, { mode: 'anchor-negative', anchors: 'withoutPositives' }))).toEqual([[2, 2, 0], [2, 2, 1], [2, 2, 3]]);
  });

  it('pairs two positives or two negatives, never one with itself', () => {
    expect(rows(mixPairs(labels, { mode: 'positive-positive', positives: 'all' }))).toEqual([[0, 3, 1], [0, 1, 3], [1, 3, 0], [1, 0, 3], [3, 1, 0], [3, 0, 1]]);
    expect(rows(mixPairs(labels, { mode: 'negative-negative', positives: 'first' }))).toEqual([[2, 1, 0], [2, 0, 1], [2, 0, 3]]);
  });

  it('takes the nearest negatives, of equals the first', () => {
    const distances = [0, 5, 2, 1, 2, /**/ 5, 0, 1, 1, 9, /**/ 2, 1, 0, 3, 4, /**/ 1, 1, 3, 0, 7, /**/ 2, 9, 4, 7, 0];
    const found = rows(mixPairs([0, 0, 1, 2, 3], { mode: 'anchor-negative', hardNegatives: 2, distances }));
    expect(found).toEqual([[0, 0, 3], [0, 0, 2], [1, 1, 2], [1, 1, 3], [2, 2, 1], [2, 2, 0], [3, 3, 0], [3, 3, 1], [4, 4, 0], [4, 4, 2]]);
  });

  it.each(['pos_neg', 'anchor_neg'])('enumerates as the released code does: metrix_contrastive_%s', (name) => {
    interface Golden { readonly params: { readonly mode: 'positive-negative' | 'anchor-negative' }; readonly inputs: Record<'labels' | 'anchor' | 'positive' | 'negative', { readonly data: number[] }> }
    const { params, inputs } = JSON.parse(readFileSync(new URL(`../../golden/metrix/metrix_contrastive_${name}.json`, import.meta.url), 'utf8')) as Golden;
    const { anchor, first, second } = mixPairs(inputs.labels.data, { mode: params.mode, positives: 'released', anchors: 'withoutPositives' });
    expect([anchor, first, second].map((list) => Array.from(list))).toEqual([inputs.anchor.data, inputs.positive.data, inputs.negative.data]);
  });

  it('takes classes of anchors that are no examples', () => {
    expect(rows(mixPairs(labels, { anchorLabels: [1, 7, 0], positives: 'first' }))).toEqual([[0, 2, 0], [0, 2, 1], [0, 2, 3], [2, 0, 2]]);
    expect(() => mixPairs(labels, { anchorLabels: [1], mode: 'anchor-negative' })).toThrow("mixPairs: mode must not be 'anchor-negative' where anchorLabels are given, since anchors are no examples");
  });

  it('draws the kind of pairs evenly', () => {
    const rng = createRng(3);
    let positives = 0;
    for (let i = 0; i < 4000; i++) positives += Number(mixPairs([0, 0, 1, 1], { rng }).kind === 'positive-negative') / 4000;
    expect(Math.abs(positives - 0.5)).toBeLessThan(0.035);
  });

  it('has pairs of what they say, at most so many, in the order of anchors, and the same from the same seed', () => {
    const modes = ['positive-negative', 'anchor-negative', 'positive-positive', 'negative-negative'] as const;
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 9 }), fc.constantFrom(...modes), fc.integer({ min: 1, max: 4 }), fc.nat(), (y, mode, maxPerAnchor, seed) => {
      const draw = (): MixPairs => mixPairs(y, { mode, maxPerAnchor, rng: createRng(seed) });
      const found = rows(draw());
      expect(rows(draw())).toEqual(found);
      expect(found.map(([a]) => a)).toEqual(found.map(([a]) => a).toSorted((p, q) => p! - q!));
      for (const [a, first, second] of found as [number, number, number][]) {
        const [one, two] = mode.split('-');
        expect(y[first] === y[a]).toBe(one !== 'negative');
        expect(first === a).toBe(one === 'anchor');
        expect(y[second] === y[a]).toBe(two === 'positive');
        expect(second).not.toBe(a);
        expect(first).not.toBe(second);
      }
      for (let a = 0; a < y.length; a++) expect(found.filter(([anchor]) => anchor === a).length).toBeLessThanOrEqual(maxPerAnchor);
    }));
  });

  it('is empty for one class, one example, and where anchors lack a side', () => {
    for (const y of [[1, 1, 1], [4]]) expect(rows(mixPairs(y, { rng: createRng(0) }))).toEqual([]);
    expect(rows(mixPairs([0, 1, 2], { mode: 'positive-negative' }))).toEqual([]);
  });

  it('says what is wrong', () => {
    expect(() => mixPairs([])).toThrow(new RangeError('mixPairs: labels must have at least one, got none'));
    expect(() => mixPairs(labels)).toThrow(new TypeError('mixPairs: rng must be given where kinds, positives or pairs are drawn, got none'));
    expect(() => mixPairs(labels, { mode: [] })).toThrow('mixPairs: mode must be at least one kind, got none');
    expect(() => mixPairs(labels, { mode: 'positive' as 'anchor-negative' })).toThrow("mixPairs: mode must be 'positive-negative' or 'anchor-negative' or 'positive-positive' or 'negative-negative', got 'positive'");
    expect(() => mixPairs(labels, { positives: 'last' as 'first' })).toThrow("mixPairs: positives must be 'random'");
    expect(() => mixPairs(labels, { hardNegatives: 1 })).toThrow('mixPairs: distances must be given where hardNegatives are, [4, 4], got none');
    expect(() => mixPairs(labels, { hardNegatives: 1, distances: [[1, 2]] })).toThrow('mixPairs: distances must have shape [4, 4] or [16], got [1, 2]');
    expect(() => mixPairs(labels, { hardNegatives: 1, distances: new Float32Array(16).fill(NaN, 6) })).toThrow('mixPairs: distances must be numbers, got NaN for anchor 1, example 2');
    expect(() => mixPairs([0, NaN])).toThrow('mixPairs: labels[1] must be a whole number, got NaN');
    expect(() => mixPairs(labels, { hardNegatives: 0, distances: new Float32Array(16) })).toThrow('mixPairs: hardNegatives must be a whole number >= 1, got 0');
    expect(() => mixPairs(labels, { maxPerAnchor: 1.5 })).toThrow('mixPairs: maxPerAnchor must be a whole number >= 1, got 1.5');
  });
});

describe('drawLambda', () => {
  it('draws Beta(2, 2), one for the batch or one for each pair', () => {
    const one = drawLambda(createRng(1), 5);
    expect(new Set(one).size).toBe(1);
    const many = drawLambda(createRng(1), 20_000, { per: 'pair' });
    const variance = many.reduce((sum, lambda) => sum + (lambda - 0.5) ** 2, 0) / many.length;
    expect(Math.abs(variance / (1 / 20) - 1)).toBeLessThan(0.03);
    expect(() => drawLambda(createRng(1), 5, { alpha: 0 })).toThrow('drawLambda: alpha must be > 0 and finite, got 0');
    expect(() => drawLambda(createRng(1), 5, { per: 'anchor' as 'pair' })).toThrow("drawLambda: per must be 'batch' or 'pair', got 'anchor'");
    expect(() => drawLambda(undefined as never, 5)).toThrow(new TypeError('drawLambda: rng must be a generator such as createRng(seed), got none'));
  });
});
