import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adaFocalLoss, createAdaFocal, crossEntropy, entropyPenaltyLoss, flsdLoss, focalLoss, mblsLoss, mblsScores, mdcaLoss, mmceLoss, nextGammas, nextMblsWeights, pairwiseConstraintLoss, updateAdaFocal,
  weightedMmceLoss,
} from '../index.ts';

const int = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

beforeAll(async () => { await tf.setBackend(plainBackEnd); });

describe('AdaFocal', () => {
  it('starts as focal loss with γ = 1 in bins of equal width', () => {
    const state = createAdaFocal(4);
    expect(state).toEqual({ edges: [0, 0.25, 0.5, 0.75, 1], gammas: [1, 1, 1, 1] });
    tf.tidy(() => {
      const [z, y] = [tf.tensor2d([[1, 2, 0], [3, -1, 0]]), int([0, 0])];
      expect(adaFocalLoss(z, y, state).arraySync()).toBeCloseTo(focalLoss(z, y, { gamma: 1 }).arraySync(), 6);
    });
  });

  it('finds edges between which equally many confidences lie, and moves γ by the gap in each', () => {
    const confidence = [0.9, 0.1, 0.5, 0.3, 0.7, 0.8];
    const next = updateAdaFocal(createAdaFocal(2), confidence, [true, false, true, false, true, true]);
    expect(next.edges).toEqual([0.1, 0.7, 0.9]); // places 0, 3 and 5 of the sorted ones
    const gaps = [(0.1 + 0.5 + 0.3 - 1) / 3, (0.9 + 0.7 + 0.8 - 3) / 3];
    next.gammas.forEach((gamma, bin) => expect(gamma).toBeCloseTo(Math.exp(gaps[bin]!), 12));
    expect(updateAdaFocal(createAdaFocal(5), [0.4], [1]).edges).toEqual([0.4, 0.4, 0.4, 0.4, 0.4, 0.4]);
  });

  it('changes between focal and inverse focal loss near 0, and is clipped', () => {
    expect(nextGammas([0.25, -0.25, 15, -1.9], [-1, 1, 1, -1])).toEqual([-0.2, 0.2, 20, -2]);
    expect(nextGammas([1], [0.5], { rate: 2, gammaMax: 2 })).toEqual([2]);
  });

  it('names what does not fit', () => {
    expect(() => createAdaFocal(0)).toThrow(new RangeError('createAdaFocal: bins must be a whole number >= 1, got 0'));
    expect(() => nextGammas([1], [])).toThrow('nextGammas: gaps must be one for each of 1 bins, got 0');
    expect(() => nextGammas([1], [Number.NaN])).toThrow('nextGammas: gaps[0] must be finite, got NaN');
    expect(() => nextGammas([1], [0], { rate: 0 })).toThrow('nextGammas: rate must be > 0, got 0');
    expect(() => updateAdaFocal(createAdaFocal(2), [], [])).toThrow('updateAdaFocal: confidence and correct must have one length >= 1, got 0 and 0');
    expect(() => updateAdaFocal(createAdaFocal(2), [1.5], [1])).toThrow('updateAdaFocal: confidence[0] must be in [0, 1], got 1.5');
    expect(() => adaFocalLoss(tf.zeros([1, 2]), int([0]), { edges: [0, 1], gammas: [1, 1] })).toThrow('adaFocalLoss: state must have [bins + 1] edges and [bins] gammas, got [2] and [2]');
  });
});

describe('losses for calibration', () => {
  const z = (): tf.Tensor2D => tf.tensor2d([[4, 1, -3], [0.5, 0.2, 0], [-1, 2, 3]]);

  it('are the cross entropy where their weight is 0', () => {
    tf.tidy(() => {
      const y = int([0, 2, 1]);
      const ce = crossEntropy(z(), y).arraySync();
      const losses = [
        entropyPenaltyLoss(z(), y, { weight: 0 }), mblsLoss(z(), y, { weight: 0 }), mmceLoss(z(), y, { weight: 0 }), weightedMmceLoss(z(), y, { weight: 0 }), mdcaLoss(z(), y, { weight: 0 }),
        focalLoss(z(), y, { gamma: 0 }), pairwiseConstraintLoss(z(), y, { discrimination: 0, exclusion: 0 }), mblsLoss(z(), y, { margin: 100 }),
      ];
      for (const loss of losses) expect(loss.arraySync()).toBeCloseTo(ce, 6);
    });
  });

  it('have no weighted MMCE where all are right, or all wrong', () => {
    tf.tidy(() => {
      for (const y of [int([0, 0, 2]), int([1, 2, 0])]) expect(weightedMmceLoss(z(), y).arraySync()).toBeCloseTo(crossEntropy(z(), y).arraySync(), 6);
    });
  });

  it('weigh classes of MbLS by how their scores move', () => {
    expect(Array.from(nextMblsWeights([0.1, 0.1, 0.1, 1e6, 1e-6], [2, 1, 0.5, 2, 0.5], [1, 1, 1, 1, 1]))).toEqual(Array.from(Float32Array.from([0.11, 0.1, 0.1 / 1.1, 1e6, 1e-6])));
    tf.tidy(() => {
      const scores = mblsScores(z(), tf.tensor1d([1, 2, 3]), 1).arraySync();
      [(0 + 0 + 3) / 3, (2 * (2 + 0 + 0)) / 3, (3 * (6 + 0 + 0)) / 3].forEach((score, k) => expect(scores[k]).toBeCloseTo(score, 5));
    });
    expect(() => nextMblsWeights([1], [1, 2], [1])).toThrow(new RangeError('nextMblsWeights: weights, scores and previous must have one length, got 1, 2 and 1'));
  });

  it('name what does not fit', () => {
    tf.tidy(() => {
      const y = int([0, 2, 1]);
      expect(() => focalLoss(z(), y, { gamma: -1 })).toThrow(new RangeError('focalLoss: gamma must be >= 0 and finite, got -1'));
      expect(() => focalLoss(z(), y, { gamma: tf.ones([2]) })).toThrow('focalLoss: gamma must have shape [] or [3], got [2]');
      expect(() => flsdLoss(z(), y, { gamma: -1 })).toThrow('flsdLoss: gamma must be >= 0 and finite, got -1');
      expect(() => mblsLoss(z(), y, { margin: -1 })).toThrow('mblsLoss: margin must be >= 0 and finite, got -1');
      expect(() => mblsLoss(z(), y, { weight: tf.ones([2]) })).toThrow('mblsLoss: weight must have shape [] or [3], got [2]');
      expect(() => mmceLoss(z(), y, { weight: -1 })).toThrow('mmceLoss: weight must be >= 0 and finite, got -1');
      expect(() => entropyPenaltyLoss(z(), y, { over: 'all' as 'sum' })).toThrow("entropyPenaltyLoss: over must be 'mean' or 'sum', got 'all'");
      expect(() => mdcaLoss(z(), tf.zeros([3]))).toThrow(new TypeError('mdcaLoss: labels must be int32, got float32'));
      expect(() => pairwiseConstraintLoss(tf.zeros([3, 1]), y)).toThrow('pairwiseConstraintLoss: logits must have at least 2 classes, got 1');
      expect(() => crossEntropy(z(), y, { classWeights: tf.ones([2]) })).toThrow('crossEntropy: classWeights must have shape [3], got [2]');
    });
  });
});
