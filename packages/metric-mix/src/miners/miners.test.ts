import * as autodiff from '@mixwell/autodiff';
import { createRng } from '@mixwell/tensor';
import { randomUniform } from '@mixwell/tensor/tf';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Batch, batchOf, ofTriplets, pairsOf } from '../pair-losses/fixtures.ts';
import * as all from '../tf.ts';

const dimensions = 5;
const batches = [1, 2, 3].map((seed) => batchOf(seed, 12, dimensions, 4));
const tensors = ({ rows, labels }: Batch): [tf.Tensor2D, tf.Tensor1D] => [tf.tensor2d(rows as number[][]), tf.tensor1d(labels as number[], 'int32')];
const bits = (mask: tf.Tensor): number[][] => mask.arraySync() as number[][];

interface Chosen {
  readonly positives: (p: number) => boolean;
  readonly negatives: (n: number) => boolean;
}
type Anchor = ReturnType<typeof pairsOf>['anchors'][number];

/** Masks of what a rule chooses for each anchor. */
function masksBy(batch: Batch, rule: (anchor: Anchor) => Chosen | undefined): { positive: number[][]; negative: number[][] } {
  const rows = pairsOf(batch).anchors.map((anchor) => ({ anchor, chosen: rule(anchor) }));
  const side = (list: 'positives' | 'negatives'): number[][] => rows.map(({ anchor, chosen }) => batch.labels.map((_, x) => Number(chosen !== undefined && anchor[list].includes(x) && chosen[list](x))));
  return { positive: side('positives'), negative: side('negatives') };
}

const whole = ({ positives, negatives }: Anchor): boolean => positives.length > 0 && negatives.length > 0;
const largest = (among: readonly number[], f: (x: number) => number): number => among.reduce((best, x) => (f(x) > f(best) ? x : best), among[0]!);
const only = (p: number, n: number): Chosen => ({ positives: (x) => x === p, negatives: (x) => x === n });

const rules: Readonly<Record<string, [(e: tf.Tensor2D, y: tf.Tensor1D) => all.PairMasks, (anchor: Anchor) => Chosen | undefined]>> = {
  multiSimilarityMiner: [(e, y) => all.multiSimilarityMiner(e, y), (anchor) => (whole(anchor) ? {
    positives: (p) => anchor.s(p) - 0.1 < Math.max(...anchor.negatives.map(anchor.s)), negatives: (n) => anchor.s(n) + 0.1 > Math.min(...anchor.positives.map(anchor.s)),
  } : undefined)],
  pairMarginMiner: [(e, y) => all.pairMarginMiner(e, y), (anchor) => ({ positives: (p) => anchor.d(p) > 0.2, negatives: (n) => anchor.d(n) < 0.8 })],
  batchHardMiner: [(e, y) => all.batchHardMiner(e, y), (anchor) => (whole(anchor) ? only(largest(anchor.positives, anchor.d), largest(anchor.negatives, (n) => -anchor.d(n))) : undefined)],
  batchEasySemihardMiner: [(e, y) => all.batchEasySemihardMiner(e, y), (anchor) => {
    if (!whole(anchor)) return undefined;
    const p = largest(anchor.positives, (x) => -anchor.d(x));
    const farther = anchor.negatives.filter((n) => anchor.d(n) > anchor.d(p));
    return farther.length > 0 ? only(p, largest(farther, (n) => -anchor.d(n))) : undefined;
  }],
};

describe.each(plainAnd(BACKEND_NAME))('miners on %s', (backEnd) => {
  beforeAll(async () => { await tf.setBackend(backEnd); });

  it.each(Object.entries(rules))('%s chooses what plain loops choose', (_, [mine, rule]) => {
    for (const batch of batches) {
      const { positive, negative } = mine(...tensors(batch));
      expect({ positive: bits(positive), negative: bits(negative) }).toEqual(masksBy(batch, rule));
    }
  });

  it('are part of a compiled step, without gradient', () => {
    const step = autodiff.compile((e: tf.Tensor, y: tf.Tensor) => autodiff.valueAndGrad((x: tf.Tensor) => all.multiSimilarityLoss(x, y as tf.Tensor1D, { pairs: all.multiSimilarityMiner(x, y as tf.Tensor1D) }))(e));
    const [e, y] = tensors(batches[0]!);
    const pairs = all.multiSimilarityMiner(e, y);
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => all.multiSimilarityLoss(x, y, { pairs }))(e);
    const got = step(e, y);
    expect(got.value.dataSync()[0]).toBeCloseTo(value.dataSync()[0]!, 5);
    got.grads.dataSync().forEach((g, i) => expect(g).toBeCloseTo(grad.dataSync()[i]!, 5));
  });

  it('take the first of equals', () => {
    const e = tf.tensor2d([[1, 0], [0, 1], [0, 1], [-1, 0], [-1, 0]]);
    const y = tf.tensor1d([0, 0, 0, 1, 1], 'int32');
    const { positive, negative } = all.batchHardMiner(e, y);
    expect([bits(positive)[0], bits(negative)[0]]).toEqual([[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]);
    expect(all.hardestNegatives(e, y, 2).indices.arraySync()[0]).toEqual([3, 4]);
  });

  it.each(['all', 'hard', 'semihard', 'easy'] as const)('triplets that are %s count in losses as in plain loops', (kind) => {
    const within = { all: (gap: number) => gap <= 0.2, hard: (gap: number) => gap <= 0, semihard: (gap: number) => gap > 0 && gap <= 0.2, easy: (gap: number) => gap > 0.2 }[kind];
    for (const batch of batches) {
      const [e, y] = tensors(batch);
      const mine = all.tripletMarginMiner({ kind });
      const taken = ofTriplets(pairsOf(batch), (a, p, n) => Number(within(a.d(n) - a.d(p))));
      const count = taken.reduce((a, b) => a + b, 0);
      expect(tf.sum(all.tripletMask(e, y, mine)).dataSync()[0]).toBe(count);
      const hinges = ofTriplets(pairsOf(batch), (a, p, n) => (within(a.d(n) - a.d(p)) ? Math.max(0, a.d(p) - a.d(n) + 0.5) : 0)).filter((x) => x > 0);
      for (const options of [{}, { maxPositives: 11 }]) {
        const parts = all.tripletMarginLossParts(e, y, { mine, margin: 0.5, ...options });
        expect([parts.triplets, parts.active].map((x) => x.dataSync()[0])).toEqual([count, hinges.length]);
        expect(parts.loss.dataSync()[0]).toBeCloseTo(hinges.reduce((a, b) => a + b, 0) / Math.max(1, hinges.length), 5);
      }
    }
  });

  it('hardestNegatives says where there are fewer than k', () => {
    const { indices, valid, negative } = all.hardestNegatives(tf.tensor2d([[1, 0], [1, 0.1], [0, 1]]), tf.tensor1d([0, 0, 1], 'int32'), 2);
    expect(valid.arraySync()).toEqual([[1, 0], [1, 0], [1, 1]]);
    expect([indices.arraySync()[0]![0], indices.arraySync()[2]]).toEqual([2, [1, 0]]);
    expect(bits(negative)).toEqual([[0, 0, 1], [0, 0, 1], [1, 1, 0]]);
  });

  it('distance weights are those of plain loops, of many dimensions too, and rows without candidates are 0', () => {
    for (const [batch, d] of [...batches.map((one) => [one, dimensions] as const), [batchOf(4, 10, 512, 3), 512] as const]) {
      const wanted = pairsOf(batch).anchors.map((anchor) => {
        const near = anchor.negatives.filter((n) => Math.max(0.5, anchor.d(n)) < 1.4);
        const log = (n: number): number => (2 - d) * Math.log(Math.max(0.5, anchor.d(n))) - ((d - 3) / 2) * Math.log(1 - Math.max(0.5, anchor.d(n)) ** 2 / 4);
        const top = Math.max(...near.map(log));
        const total = near.reduce((sum, n) => sum + Math.exp(log(n) - top), 0);
        return batch.labels.map((_, x) => (near.includes(x) ? Math.exp(log(x) - top) / total : 0));
      });
      const got = all.distanceWeights(...tensors(batch)).arraySync();
      // logarithms are of size 100 in 512 dimensions
      got.forEach((row, a) => row.forEach((value, x) => expect(Math.abs(value - wanted[a]![x]!)).toBeLessThan(d * 1e-5)));
    }
    const opposite = all.distanceWeights(tf.tensor2d([[1, 0], [-1, 0]]), tf.tensor1d([0, 1], 'int32'));
    expect(opposite.arraySync()).toEqual([[0, 0], [0, 0]]);
  });

  it('distance weighted triplets are drawn as the weights say, and count where there is one', () => {
    const batch = batches[0]!;
    const [e, y] = tensors(batch);
    const draws = 2000;
    const { anchors, positives, negatives, valid } = all.distanceWeightedMiner(e, y, randomUniform(createRng(3), [2, 12, draws]));
    const weights = all.distanceWeights(e, y).arraySync();
    const { anchors: pairs } = pairsOf(batch);
    const [p, n, v] = [positives, negatives, valid].map((x) => Array.from(x.dataSync())) as [number[], number[], number[]];
    expect(Array.from(anchors.dataSync()).every((a, i) => a === Math.floor(i / draws))).toBe(true);
    pairs.forEach(({ a, positives: ofA }) => {
      const mine = Array.from({ length: draws }, (_, i) => a * draws + i);
      const some = ofA.length > 0 && weights[a]!.some((w) => w > 0);
      expect(mine.every((i) => v[i] === Number(some))).toBe(true);
      if (!some) return;
      const share = (of: number[], x: number): number => mine.filter((i) => of[i] === x).length / draws;
      batch.labels.forEach((_, x) => {
        expect(Math.abs(share(p, x) - (ofA.includes(x) ? 1 / ofA.length : 0))).toBeLessThan(0.05);
        expect(Math.abs(share(n, x) - weights[a]![x]!)).toBeLessThan(0.05);
      });
    });
    const { loss, triplets } = all.tripletMarginLossParts(e, y, { triplets: { anchors, positives, negatives, valid } });
    expect([Number.isFinite(loss.dataSync()[0]), triplets.dataSync()[0]]).toEqual([true, v.reduce((a, b) => a + b, 0)]);
  });

  it('a share of almost 1 still falls on a candidate', () => {
    const [e, y] = tensors(batches[1]!);
    const { negatives, valid } = all.distanceWeightedMiner(e, y, tf.mul(tf.ones([2, 12, 1]), 1 - 2 ** -24));
    const weights = all.distanceWeights(e, y).arraySync();
    const isValid = valid.dataSync();
    Array.from(negatives.dataSync()).forEach((n, a) => { if (isValid[a]) expect(weights[a]![n]).toBeGreaterThan(0); });
  });

  it('yield nothing, and no NaN, where there is nothing to mine', () => {
    for (const [e, y] of [[tf.tensor2d([[1, 2]]), tf.tensor1d([0], 'int32')], [tf.zeros([3, 2]) as tf.Tensor2D, tf.tensor1d([0, 0, 0], 'int32')], [tf.ones([3, 2]) as tf.Tensor2D, tf.tensor1d([0, 1, 2], 'int32')]] as const) {
      for (const [mine] of [rules['multiSimilarityMiner']!, rules['batchHardMiner']!, rules['batchEasySemihardMiner']!]) {
        const { positive, negative } = mine(e, y);
        expect([positive, negative].map((x) => tf.any(x).dataSync()[0])).toEqual([0, 0]);
        expect(all.multiSimilarityLoss(e, y, { pairs: { positive, negative } }).dataSync()[0]).toBe(0);
      }
      expect(all.distanceWeights(e, y).dataSync().every(Number.isFinite)).toBe(true);
    }
  });
});

describe('miners', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  it('look among other examples too', () => {
    const [e, y] = tensors(batches[0]!);
    const [others, labels] = tensors(batches[1]!);
    const { positive, negative } = all.batchHardMiner(e, y, { others: { embeddings: others, labels } });
    pairsOf(batches[0]!, batches[1]!).anchors.forEach((anchor, a) => {
      expect([bits(positive)[a]!.indexOf(1), bits(negative)[a]!.indexOf(1)]).toEqual(whole(anchor) ? [largest(anchor.positives, anchor.d), largest(anchor.negatives, (n) => -anchor.d(n))] : [-1, -1]);
    });
  });

  it('refuse what does not fit', () => {
    const [e, y] = tensors(batches[0]!);
    expect(() => all.hardestNegatives(e, y, 0)).toThrow(new RangeError('hardestNegatives: k must be a whole number >= 1, got 0'));
    expect(() => all.hardestNegatives(e, y, 13)).toThrow(new RangeError('hardestNegatives: k must be at most the number of examples 12, got 13'));
    expect(() => all.tripletMarginMiner({ kind: 'odd' as never })).toThrow("tripletMarginMiner: kind must be 'all' or 'hard' or 'semihard' or 'easy', got 'odd'");
    expect(() => all.distanceWeights(e, y, { farthest: 2 })).toThrow(new RangeError('distanceWeights: farthest must be in (0, 2), got 2'));
    expect(() => all.distanceWeightedMiner(e, y, tf.zeros([2, 3, 1]))).toThrow(new RangeError('distanceWeightedMiner: shares must have shape [2, 12, draws], got [2, 3, 1]'));
    expect(() => all.multiSimilarityMiner(e, tf.tensor1d([0], 'int32'))).toThrow(new RangeError('multiSimilarityMiner: labels must have shape [12], got [1]'));
    expect(() => all.tripletMask(e, y, { upTo: NaN })).toThrow('tripletMask: mine must have numbers for bounds, got above -Infinity and upTo NaN');
  });
});
