import { grad } from '@mixwell/autodiff';
import { createRng } from '@mixwell/tensor';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnImages, plansFor, warpedPlansFor } from '../../fixtures.ts';
import { cutmixPlan, mixpro, mixupPlan, type Plan, weightMap } from '../../index.ts';
import { alignTokenLabels, classAttention, lower, type Mix, mixproLabelWeights, progressiveFactor, sourceTokens, transmixLabelWeights } from '../../tf.ts';
import { drawnMaps } from '../../transformer/fixtures.ts';

const valuesOf = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const mapOf = ({ data, shape }: ReturnType<typeof drawnMaps>): tf.Tensor3D => tf.tensor3d(data, [...shape] as [number, number, number]);

/** Weights of every source at pixel ⌊i·size/grid⌋, [rows, tokens, k], by their definition. */
function tokenMap(plan: Plan, [height, width]: readonly [number, number], [gridHeight, gridWidth]: readonly [number, number]): (row: number, token: number, j: number) => number {
  const { data, shape } = weightMap(plan, height, width);
  return (row, token, j) => {
    const [y, x] = [Math.floor((Math.floor(token / gridWidth) * height) / gridHeight), Math.floor(((token % gridWidth) * width) / gridWidth)];
    return data[(((shape[0] === 1 ? 0 : row) * height + y) * width + x) * plan.k + j]!;
  };
}

const close = (got: ArrayLike<number>, wanted: ArrayLike<number>): void =>
  Array.from(wanted).forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(1e-5 * (1 + Math.abs(value))));

beforeAll(async () => { await tf.setBackend(plainBackEnd); });

describe('classAttention', () => {
  it('is the first row over the patches, averaged over heads', () => {
    tf.tidy(() => {
      const attention = tf.reshape(tf.range(0, 2 * 2 * 7 * 7), [2, 2, 7, 7]);
      const map = classAttention(attention, { grid: [2, 3] });
      expect(map.shape).toEqual([2, 2, 3]);
      // image 0: heads begin at 0 and 49, patches at 1
      expect(valuesOf(map).slice(0, 6)).toEqual([25.5, 26.5, 27.5, 28.5, 29.5, 30.5]);
      expect(classAttention(tf.zeros([1, 3, 5, 5])).shape).toEqual([1, 2, 2]);
      expect(classAttention(tf.zeros([1, 3, 6, 6]), { prefix: 2 }).shape).toEqual([1, 2, 2]);
    });
  });

  it('refuses other shapes, naming them', () => {
    tf.tidy(() => {
      expect(() => classAttention(tf.zeros([2, 5, 5]))).toThrow(new RangeError('classAttention: attention must have shape [rows, heads, tokens, tokens], got [2, 5, 5]'));
      expect(() => classAttention(tf.zeros([2, 2, 5, 4]))).toThrow('classAttention: attention must have shape [rows, heads, tokens, tokens], got [2, 2, 5, 4]');
      expect(() => classAttention(tf.zeros([2, 2, 7, 7]))).toThrow('classAttention: grid must have 6 patches (give it where it is no square), got 2 × 2');
      expect(() => classAttention(tf.zeros([2, 2, 7, 7]), { grid: [2, 2] })).toThrow('classAttention: grid must have 6 patches, got 2 × 2');
      expect(() => classAttention(tf.zeros([2, 2, 1, 1]))).toThrow('classAttention: prefix must be a whole number in [1, 1), got 1');
    });
  });
});

describe('transmixLabelWeights', () => {
  it('averages label weights with shares of attention, for any plan', () => {
    fc.assert(fc.property(fc.oneof(plansFor(6, 4), warpedPlansFor(6, 4)), fc.constantFrom([3, 2], [6, 4], [2, 4], [1, 1], [4, 3]), fc.constantFrom(0, 0.5, 1), fc.nat(), (plan, grid, ratio, seed) => tf.tidy(() => {
      const [gridHeight, gridWidth] = grid as [number, number];
      const attention = drawnMaps(seed, [plan.rows, gridHeight, gridWidth]);
      const mix = lower(plan, plan.kind === 'mask' ? { shape: [plan.rows, 6, 4] } : {});
      if (mix.warp) return; // pixels that no tile shows weigh nothing: the next test
      const weights = tokenMap(plan, [6, 4], [gridHeight, gridWidth]);
      const tokens = gridHeight * gridWidth;
      const wanted = Array.from({ length: plan.rows * plan.k }, (_, i) => {
        const [row, j] = [Math.floor(i / plan.k), i % plan.k];
        const seen = Array.from({ length: tokens }, (__, token) => attention.data[row * tokens + token]!);
        const share = seen.reduce((sum, a, token) => sum + a * weights(row, token, j), 0) / seen.reduce((a, b) => a + b);
        return (1 - ratio) * plan.labelWeights[i]! + ratio * share;
      });
      close(valuesOf(transmixLabelWeights(mix, mapOf(attention), { ratio })), wanted);
    })), { seed: 4, numRuns: 150 });
  });

  it('sums the taps of sources that are moved', () => {
    tf.tidy(() => {
      const plan: Plan = { ...cutmixPlan({ height: 4, width: 4, partner: [1, 0], boxes: [[0, 0, 2, 2]] }), crops: Int32Array.of(1, 0, 4, 3), resize: 'bilinear' };
      const attention = tf.tensor3d([3, 1, 1, 1, 0, 2, 2, 4], [2, 2, 2]);
      close(valuesOf(transmixLabelWeights(lower(plan), attention, { ratio: 1 })), [0.5, 0.5, 1, 0]);
      expect(lower(plan).warp!.owners).toHaveLength(5);
    });
  });

  it('leaves the labels of mixup as they are, and those of images without attention', () => {
    tf.tidy(() => {
      const mix = lower(mixupPlan({ partner: [1, 0], lambda: [0.25, 0.7] }));
      close(valuesOf(transmixLabelWeights(mix, mapOf(drawnMaps(1, [2, 3, 3])))), [0.25, 0.75, 0.7, 0.3]);
      const boxes = lower(cutmixPlan({ height: 2, width: 2, partner: [0], boxes: [[0, 0, 1, 1]] }));
      close(valuesOf(transmixLabelWeights(boxes, tf.zeros([1, 2, 2]))), [0.75, 0.25]);
    });
  });

  it('is a constant, unless told otherwise', () => {
    const mix = lower(cutmixPlan({ height: 2, width: 2, partner: [1, 0], boxes: [[0, 0, 1, 1]] }));
    const gradient = (detachLabels: boolean): number[] => tf.tidy(() =>
      valuesOf(grad((a: tf.Tensor) => tf.add(tf.sum(tf.mul(a, 0)), tf.sum(tf.square(transmixLabelWeights(mix, a, { detachLabels })))))(mapOf(drawnMaps(2, [2, 2, 2])))));
    expect(gradient(true)).toEqual(Array<number>(8).fill(0));
    expect(gradient(false).every((value) => value !== 0)).toBe(true);
    tf.dispose(Object.values(mix));
  });

  it('names what does not fit', () => {
    tf.tidy(() => {
      const mix = lower(mixupPlan({ partner: [1, 0], lambda: 0.5 }));
      expect(() => transmixLabelWeights(mix, tf.zeros([2, 2, 5, 5]))).toThrow(new RangeError('transmixLabelWeights: attention must have shape [2, height, width] (see classAttention), got [2, 2, 5, 5]'));
      expect(() => transmixLabelWeights(mix, tf.zeros([3, 2, 2]))).toThrow('transmixLabelWeights: attention must have shape [2, height, width] (see classAttention), got [3, 2, 2]');
      expect(() => transmixLabelWeights(mix, tf.zeros([2, 2, 2]), { ratio: 1.5 })).toThrow('transmixLabelWeights: ratio must be in [0, 1], got 1.5');
      expect(() => transmixLabelWeights(mix, tf.zeros([2, 2, 2]), { ratio: tf.zeros([3]) })).toThrow('transmixLabelWeights: ratio must be a number or have shape [2], got [3]');
    });
  });
});

describe('mixproLabelWeights', () => {
  it('goes from area to attention as predictions come close to the targets', () => {
    tf.tidy(() => {
      const mix: Mix = lower(mixpro({ cell: 2, lambda: 0.5 })(createRng(3), { rows: 2, height: 4, width: 6 }), { shape: [2, 4, 6] });
      const [attention, targets] = [mapOf(drawnMaps(4, [2, 2, 3])), tf.tensor2d([0.5, 0.5, 0, 0, 0.5, 0.5], [2, 3])];
      const weights = (logits: number[]): number[] => valuesOf(mixproLabelWeights(mix, { attention, logits: tf.tensor2d(logits, [2, 3]), targets }));
      const [area, byAttention] = [valuesOf(mix.labelWeights), valuesOf(transmixLabelWeights(mix, attention, { ratio: 1 }))];
      close(weights([0, 0, 90, 90, 0, 0]), area);
      close(weights([5, 5, -90, -90, 5, 5]), byAttention);
      // cosine of (1, 1, 1) / 3 and (1, 1, 0) / 2
      const factor = 2 / Math.sqrt(6);
      close(valuesOf(progressiveFactor(tf.zeros([2, 3]), targets)), [factor, factor]);
      close(weights([0, 0, 0, 0, 0, 0]), area.map((value, i) => (1 - factor) * value + factor * byAttention[i]!));
    });
  });

  it('is a constant, and refuses targets that do not fit', () => {
    tf.tidy(() => {
      const mix = lower(cutmixPlan({ height: 2, width: 2, partner: [1, 0], boxes: [[0, 0, 1, 1]] }));
      const [attention, targets] = [mapOf(drawnMaps(5, [2, 2, 2])), tf.tensor2d([0.75, 0.25, 0.25, 0.75], [2, 2])];
      const gradient = (detachLabels?: boolean): number[] => valuesOf(grad((z: tf.Tensor) =>
        tf.sum(tf.mul(mixproLabelWeights(mix, { attention, logits: z, targets }, detachLabels === undefined ? {} : { detachLabels }), tf.add(tf.mean(z), [1, 0]))))(tf.tensor2d([1, 0, 0, 2], [2, 2])));
      expect(gradient()).not.toEqual(gradient(false));
      expect(new Set(gradient().map((value) => value.toFixed(5))).size).toBe(1); // only the mean's
      expect(() => mixproLabelWeights(mix, { attention, logits: tf.zeros([2, 3]), targets })).toThrow(new RangeError('progressiveFactor: logits and targets must both have shape [rows, classes], got [2, 3] and [2, 2]'));
    });
  });
});

describe('sourceTokens', () => {
  it('is the mean of the tokens that show each source, 0 where none does', () => {
    tf.tidy(() => {
      const mix = lower(cutmixPlan({ height: 4, width: 4, partner: [1, 0], boxes: [[0, 0, 2, 4], [0, 0, 0, 0]] }));
      const tokens = tf.reshape(tf.range(0, 8), [2, 4, 1]);
      close(valuesOf(sourceTokens(mix, tokens)), [2.5, 0.5, 5.5, 0]);
      const shared = lower(cutmixPlan({ height: 4, width: 2, partner: [1, 0], boxes: [[0, 0, 2, 2]] }));
      close(valuesOf(sourceTokens(shared, tokens, [4, 1])), [2.5, 0.5, 6.5, 4.5]);
    });
  });

  it('refuses other shapes', () => {
    tf.tidy(() => {
      const mix = lower(mixupPlan({ partner: [1, 0], lambda: 0.5 }));
      expect(() => sourceTokens(mix, tf.zeros([2, 4]))).toThrow(new RangeError('sourceTokens: tokens must have shape [2, tokens, dim], got [2, 4]'));
      expect(() => sourceTokens(mix, tf.zeros([2, 5, 3]))).toThrow('sourceTokens: grid must have 5 patches, got 2 × 2');
    });
  });
});

describe('alignTokenLabels', () => {
  it('keeps sums, and moves half of each label along the attention', () => {
    tf.tidy(() => {
      const labels = tf.tensor3d([1, 0, 0, 1, 0.5, 0.5], [1, 3, 2]);
      const attention = tf.tensor4d([0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1], [1, 2, 3, 3]);
      close(valuesOf(alignTokenLabels(labels, attention)), [(1 + 0.25) / 2, (0.5 + 0.25) / 2, 0, 1, 0.5, 0.5]);
      const many = alignTokenLabels(tf.softmax(tf.tensor3d(drawnImages(1, [2, 5, 3]).data, [2, 5, 3])), tf.softmax(tf.tensor4d(drawnImages(2, [2, 3, 5, 5]).data, [2, 3, 5, 5])));
      close(valuesOf(tf.sum(many, 2)), Array<number>(10).fill(1));
    });
  });

  it('refuses other shapes', () => {
    tf.tidy(() => {
      expect(() => alignTokenLabels(tf.zeros([2, 3]), tf.zeros([2, 1, 3, 3]))).toThrow(new RangeError('alignTokenLabels: labels must have shape [rows, tokens, classes], got [2, 3]'));
      expect(() => alignTokenLabels(tf.zeros([2, 3, 4]), tf.zeros([2, 1, 4, 4]))).toThrow('alignTokenLabels: attention must have shape [2, heads, 3, 3], got [2, 1, 4, 4]');
    });
  });
});
