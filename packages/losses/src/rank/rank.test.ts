import { createRng, uniform } from '@mixwell/tensor';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  correctnessOf, correctnessRanking, createCorrectnessHistory, finishEpoch, logitDistances, misalignedPairRate, mixupDcgRatio, mixupNdcg, mixupRanking, recordCorrectness,
} from '../index.ts';

const int = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

beforeAll(async () => { await tf.setBackend(plainBackEnd); });

describe('RankMixup', () => {
  it('has no loss for a sample that is its own partner, and the mean over rounds', () => {
    tf.tidy(() => {
      const [z, mixed] = [tf.tensor2d([[1, 0, 0]]), tf.tensor2d([[5, 0, 0], [2, 0, 0]])];
      expect(mixupRanking(z, int([0]), mixed, int([0, 0])).arraySync()).toBe(0);
      expect(mixupRanking(z, int([0]), mixed, int([1, 0])).arraySync()).toBe(3); // (5 − 1 + 2) / 2
      expect(mixupRanking(z, int([0]), mixed, int([1, 2])).arraySync()).toBe(4.5);
      // (1 of 2 mixed) · (6 + 3) / 2, where ours is (6 + 0) / 2
      expect(mixupRanking(tf.concat([z, z]), int([0, 0]), mixed, int([1, 0]), { maskMode: 'reference' }).arraySync()).toBe(2.25);
      expect(mixupRanking(tf.concat([z, z]), int([0, 0]), mixed, int([1, 0])).arraySync()).toBe(3);
    });
  });

  it('counts a partner of the same class as a raw sample, whatever λ is', () => {
    tf.tidy(() => {
      const confident = tf.tensor2d([[50, 0, 0], [0, 50, 0]]);
      expect(mixupNdcg(confident, int([0, 1]), confident, int([0, 1]), 0.3).arraySync()).toBeCloseTo(0, 6);
      expect(mixupNdcg(confident, int([0, 1]), confident, int([1, 0]), 0.3).arraySync()).toBeGreaterThan(0.05);
    });
  });

  it('says who is over-confident and who is not', () => {
    tf.tidy(() => {
      const ratio = mixupDcgRatio(tf.tensor2d([[50, 0], [0, 0]]), int([0, 1]), tf.tensor2d([[50, 0], [0, 0]]), int([1, 0]), tf.tensor1d([0.5])).arraySync();
      expect(ratio[0]).toBeGreaterThan(1);
      expect(ratio[1]).toBeLessThan(1);
    });
  });

  it('puts copies of more relevance first, in the order of rounds where they are equal', () => {
    tf.tidy(() => {
      const [z, mixed] = [tf.tensor2d([[3, 0]]), tf.tensor2d([[2, 0], [0.5, 0]])];
      const of = (lambdas: number[], rows: tf.Tensor = mixed): number => mixupNdcg(z, int([0]), rows, int([1, 1]), tf.tensor1d(lambdas)).arraySync();
      expect(of([0.9, 0.4])).toBeCloseTo(of([0.4, 0.9], tf.reverse(mixed, 0)), 6);
      expect(of([0.7, 0.7])).not.toBeCloseTo(of([0.7, 0.7], tf.reverse(mixed, 0)), 4);
      expect(of([0.3, 0.7])).toBeCloseTo(of([0.7, 0.7]), 6);
    });
  });

  it('is watched by the share of pairs in the wrong order', () => {
    tf.tidy(() => {
      const relevance = tf.tensor2d([[1, 1], [0.8, 0.8], [0.6, 0.8]]);
      expect(misalignedPairRate(tf.tensor2d([[0.9, 0.9], [0.7, 0.7], [0.5, 0.6]]), relevance).arraySync()).toBe(0);
      expect(misalignedPairRate(tf.tensor2d([[0.9, 0.6], [0.7, 0.7], [0.8, 0.6]]), relevance).arraySync()).toBeCloseTo(2 / 5, 6); // of 3 + 2 pairs
      expect(misalignedPairRate(tf.ones([2, 3]), tf.ones([2, 3])).arraySync()).toBe(0);
      const distances = logitDistances(tf.tensor2d([[4, 1, -2]]));
      expect([distances.mean, distances.largest, distances.toSecond].map((x) => x.arraySync()[0])).toEqual([4.5, 6, 3]);
    });
  });

  it('names what does not fit', () => {
    tf.tidy(() => {
      const [z, y] = [tf.zeros([2, 3]), int([0, 1])];
      expect(() => mixupRanking(z, y, tf.zeros([3, 3]), int([0, 0, 0]))).toThrow(new RangeError('mixupRanking: mixedLogits must have rows for whole rounds of 2 samples, got 3'));
      expect(() => mixupRanking(z, y, tf.zeros([2, 4]), y)).toThrow('mixupRanking: mixedLogits must have shape [2, 3], got [2, 4]');
      expect(() => mixupRanking(z, y, z, int([0]))).toThrow('mixupRanking: partnerLabels must have shape [2], got [1]');
      expect(() => mixupRanking(z, y, z, y, { margin: -1 })).toThrow('mixupRanking: margin must be >= 0 and finite, got -1');
      expect(() => mixupRanking(z, y, z, y, { space: 'logits' as 'logit' })).toThrow("mixupRanking: space must be 'logit' or 'probability', got 'logits'");
      expect(() => mixupRanking(z, y, z, y, { maskMode: 'none' as 'sample' })).toThrow("mixupRanking: maskMode must be 'sample' or 'reference', got 'none'");
      expect(() => mixupNdcg(z, y, z, y, 1.5)).toThrow('mixupNdcg: lambda must be in [0, 1], got 1.5');
      expect(() => mixupNdcg(z, y, z, y, tf.ones([3]))).toThrow('mixupNdcg: lambda must have shape [], [1] or [2], got [3]');
      expect(() => misalignedPairRate(tf.ones([3]), tf.ones([3]))).toThrow('misalignedPairRate: confidence must have shape [copies, n], got [3]');
      expect(() => logitDistances(tf.ones([3, 1]))).toThrow('logitDistances: logits must have at least 2 classes, got 1');
    });
  });
});

describe('the history of correctness', () => {
  it('says how often samples were right, by plain counting', () => {
    const rng = createRng(4);
    let history = createCorrectnessHistory(6);
    const counts = [0, 0, 0, 0, 0, 0];
    expect(Array.from(correctnessOf(history, [0, 5]))).toEqual([0, 0]);
    for (let epoch = 0; epoch < 5; epoch++) {
      for (const ids of [[3, 0, 1], [2, 5, 4]]) {
        const right = ids.map(() => uniform(rng) < 0.6);
        ids.forEach((id, i) => { counts[id]! += Number(right[i]); });
        const before = history;
        history = recordCorrectness(history, ids, right);
        expect(before.correct).not.toBe(history.correct);
      }
      history = finishEpoch(history);
    }
    const least = Math.min(...counts);
    expect(least).toBeLessThan(5);
    expect(Array.from(correctnessOf(history, [0, 1, 2, 3, 4, 5]))).toEqual(Array.from(Float32Array.from(counts, (count) => (count - least) / (5 - least))));
  });

  it('is 0 where nothing tells samples apart, and names what does not fit', () => {
    const all = finishEpoch(recordCorrectness(createCorrectnessHistory(2), [0, 1], [1, 1]));
    expect(Array.from(correctnessOf(all, [0, 1]))).toEqual([0, 0]);
    expect(() => createCorrectnessHistory(0)).toThrow(new RangeError('createCorrectnessHistory: size must be a whole number >= 1, got 0'));
    expect(() => recordCorrectness(all, [2], [1])).toThrow('recordCorrectness: ids[0] must be a whole number in [0, 2), got 2');
    expect(() => recordCorrectness(all, [0], [])).toThrow('recordCorrectness: correct must be one for each of 1 ids, got 0');
    expect(() => correctnessRanking(tf.zeros([2, 1]), tf.zeros([2]))).toThrow('correctnessRanking: logits must have at least 2 classes, got 1');
    expect(() => correctnessRanking(tf.zeros([2, 3]), tf.zeros([3]))).toThrow('correctnessRanking: correctness must have shape [2], got [3]');
    expect(() => correctnessRanking(tf.zeros([2, 3]), tf.zeros([2]), { confidence: 'p' as 'max' })).toThrow("correctnessRanking: confidence must be 'max', 'margin' or 'entropy', got 'p'");
  });
});
