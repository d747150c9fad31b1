import { createRng } from '@mixwell/tensor';
import { randomNormal } from '@mixwell/tensor/tf';
import { expectNoLeaks } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axisBlends } from '../plan/upsample.ts';
import { classActivationMap, type ClassActivationInput } from '../tf.ts';

const drawn = (seed: number, ...shape: number[]): tf.Tensor => randomNormal(createRng(seed), shape);

/** The definition, place by place. */
function slow({ features, weights, bias, labels, height, width }: ClassActivationInput): number[] {
  const [rows, h, w, channels] = features.shape as [number, number, number, number];
  const [f, a, b, y] = [features, weights, bias ?? tf.zeros([weights.shape[1]!]), labels].map((x) => x.dataSync());
  const classes = weights.shape[1]!;
  return Array.from({ length: rows }, (_, row) => {
    const coarse = (i: number, j: number): number => {
      let sum = b![y![row]!]!;
      for (let c = 0; c < channels; c++) sum += Math.max(f![((row * h + i) * w + j) * channels + c]!, 0) * a![c * classes + y![row]!]!;
      return sum;
    };
    const map = axisBlends(h, height, 'bilinear').flatMap((v) => axisBlends(w, width, 'bilinear').map((u) =>
      (1 - v.share) * ((1 - u.share) * coarse(v.lower, u.lower) + u.share * coarse(v.lower, u.upper)) + v.share * ((1 - u.share) * coarse(v.upper, u.lower) + u.share * coarse(v.upper, u.upper))));
    const least = Math.min(...map);
    const total = map.reduce((sum, value) => sum + value - least, 0);
    return map.map((value) => (value - least) / total);
  }).flat();
}

describe.each(plainAnd(BACKEND_NAME))('classActivationMap on %s', (backend) => {
  beforeAll(async () => { await tf.setBackend(backend); });

  it.each([[3, 2, 3, 9, 7], [1, 5, 4, 4, 3], [2, 1, 4, 3, 8]])('is its definition: %d images, %d × %d places, %d × %d pixels', (rows, h, w, height, width) => {
    for (const bias of [drawn(3, 4), undefined]) {
      const input = { features: drawn(1, rows, h, w, 5), weights: drawn(2, 5, 4), labels: tf.tensor1d(Array.from({ length: rows }, (_, i) => (3 * i + 1) % 4), 'int32'), height, width, ...(bias && { bias }) };
      const map = classActivationMap(input);
      expect(map.shape).toEqual([rows, height, width]);
      const wanted = slow(input);
      expect(Math.max(...map.dataSync().map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThan(1e-6);
    }
  });

  it('is zeros, not rounding errors, where a network sees the same everywhere', () => {
    for (const size of [1, 3]) {
      const map = classActivationMap({ features: tf.mul(tf.ones([2, size, size, 1]), 0.3), weights: tf.tensor2d([[0.7]]), bias: tf.tensor1d([0.1]), labels: tf.tensor1d([0, 0], 'int32'), height: 7, width: 11 });
      expect(new Set(map.dataSync())).toEqual(new Set([0]));
    }
  });

  it('leaves no tensor behind', async () => {
    const input = { features: drawn(1, 2, 3, 3, 4), weights: drawn(2, 4, 3), labels: tf.tensor1d([0, 2], 'int32'), height: 6, width: 6 };
    await expectNoLeaks(() => [classActivationMap(input)]);
    tf.dispose(input);
  });
});

describe('classActivationMap', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  it.each<[string, object, string]>([
    ['features', { features: tf.zeros([2, 3, 4]) }, 'features must have shape [rows, h, w, channels], got [2, 3, 4]'],
    ['weights', { weights: tf.zeros([3, 4]) }, 'weights must have shape [4, classes], got [3, 4]'],
    ['bias', { bias: tf.zeros([2]) }, 'bias must have shape [3], got [2]'],
    ['labels', { labels: tf.zeros([3], 'int32') }, 'labels must have shape [2], got [3]'],
  ])('refuses %s that do not fit', (_, wrong, message) => {
    const input = { features: tf.zeros([2, 3, 3, 4]), weights: tf.zeros([4, 3]), labels: tf.tensor1d([0, 2], 'int32'), height: 6, width: 6 };
    expect(() => classActivationMap({ ...input, ...wrong })).toThrow(new RangeError(`classActivationMap: ${message}`));
  });
});
