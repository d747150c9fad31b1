import { createRng, normal } from '@mixwell/tensor';
import { expectNoLeaks, bundleForOracle, finiteDifferences } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { featureLearning, noiseLearning } from './feature-learning.ts';
import { patchNetworkAllPairs } from './patch-network-all-pairs.ts';
import { patchNetwork } from './patch-network.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

function drawn(seed: number, shape: [number, number, number]): tf.Tensor3D {
  const rng = createRng(seed);
  return tf.tensor3d(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => normal(rng)), shape);
}

/** The definition, with loops. */
function naive(w: number[][][], x: number[][][], power: number): number[][] {
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return x.map((patches) => w.map((neurons) => neurons.flatMap((neuron) => patches.map((patch) => dot(neuron, patch) ** power)).reduce((a, b) => a + b)));
}

describe('patchNetwork', () => {
  it.each([1, 2, 3, 4])('sums responses to the power %d over patches and neurons', (power) => {
    const [w, x] = [drawn(1, [2, 3, 4]), drawn(2, [5, 2, 4])];
    const wanted = naive(w.arraySync(), x.arraySync(), power).flat();
    const got = patchNetwork(w, x, power);
    expect(got.shape).toEqual([5, 2]);
    got.dataSync().forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(wanted[i]!))));
  });

  it('takes any number of classes, one sample, one patch', () => {
    expect(patchNetwork(drawn(1, [3, 1, 2]), drawn(2, [1, 1, 2])).shape).toEqual([1, 3]);
  });

  it('refuses what does not fit', () => {
    expect(() => patchNetwork(drawn(1, [2, 3, 4]), drawn(2, [5, 2, 3]))).toThrow(new RangeError('patchNetwork: x must be float32 [batch, patch, dim] with dim = 4, got float32 [5, 2, 3] (axis 2)'));
    for (const power of [0, 1.5, Number.NaN]) {
      expect(() => patchNetwork(drawn(1, [2, 3, 4]), drawn(2, [5, 2, 4]), power)).toThrow(new RangeError(`patchNetwork: power must be a whole number >= 1, got ${power}`));
    }
  });

  it('leaves no tensor behind', async () => {
    const [w, x, y] = [drawn(1, [2, 3, 4]), drawn(2, [3, 2, 4]), tf.tensor2d([[1, 0], [0, 1], [0.5, 0.5]])];
    await expectNoLeaks(() => [patchNetwork(w, x, 3), patchNetworkAllPairs(w, x, y, 0.6), noiseLearning(w, x, y)]);
  });
});

describe('patchNetworkAllPairs', () => {
  it.each([1, 2, 3])('is the mean over all pairs of mixtures that are made one by one, power %d', (power) => {
    const n = 4;
    const [w, x] = [drawn(3, [2, 2, 3]), drawn(4, [n, 2, 3])];
    const y = tf.tensor2d([[1, 0], [0, 1], [0.25, 0.75], [0, 1]]);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const mix = (t: tf.Tensor, lambda: number): tf.Tensor => tf.add(tf.mul(tf.gather(t, [i]), lambda), tf.mul(tf.gather(t, [j]), 1 - lambda));
        sum += tf.losses.softmaxCrossEntropy(mix(y, 0.8), patchNetwork(w, mix(x, 0.6), power)).dataSync()[0]!;
      }
    }
    expect(patchNetworkAllPairs(w, x, y, 0.6, 0.8, power).dataSync()[0]).toBeCloseTo(sum / n ** 2, 4);
  });

  it('has the labels\' ratio of the inputs by default, and is plain training at ratio 1', () => {
    const [w, x, y] = [drawn(3, [2, 2, 3]), drawn(4, [3, 2, 3]), tf.tensor2d([[1, 0], [0, 1], [0, 1]])];
    expect(patchNetworkAllPairs(w, x, y, 0.7).dataSync()).toEqual(patchNetworkAllPairs(w, x, y, 0.7, 0.7).dataSync());
    expect(patchNetworkAllPairs(w, x, y, 1).dataSync()[0]).toBeCloseTo(tf.losses.softmaxCrossEntropy(y, patchNetwork(w, x)).dataSync()[0]!, 5);
  });

  it('refuses ratios outside [0, 1] and targets of another shape', () => {
    const [w, x, y] = [drawn(3, [2, 2, 3]), drawn(4, [3, 2, 3]), tf.zeros([3, 3])];
    expect(() => patchNetworkAllPairs(w, x, y, 1.2)).toThrow(new RangeError('patchNetworkAllPairs: lambdaX must be in [0, 1], got 1.2'));
    expect(() => patchNetworkAllPairs(w, x, y, 0.5, -1)).toThrow('patchNetworkAllPairs: lambdaY must be in [0, 1], got -1');
    expect(() => patchNetworkAllPairs(w, x, y, 0.5)).toThrow('patchNetworkAllPairs: targets must be float32 [3, 2], got float32 [3, 3] (axis 1)');
  });
});

describe('gradients', () => {
  it.each([2, 3])('agree with finite differences in float64, power %d', async (power) => {
    const oracle = await bundleForOracle<typeof import('./patch-network.ts') & typeof import('./patch-network-all-pairs.ts')>(
      new URL('patch-network.ts', import.meta.url), new URL('patch-network-all-pairs.ts', import.meta.url), '@mixwell/autodiff');
    const values = (seed: number, size: number): Float64Array => {
      const rng = createRng(seed);
      return Float64Array.from({ length: size }, () => normal(rng));
    };
    const targets = oracle.tf.tensor2d([1, 0, 0, 1, 0.5, 0.5], [3, 2], 'float32');
    const loss = (w: tf.Tensor, x: tf.Tensor): tf.Scalar => {
      const plain = oracle.tf.sum(oracle.tf.mul(targets, oracle.tf.logSoftmax(oracle.patchNetwork(w, x, power))));
      return oracle.tf.sub(oracle.patchNetworkAllPairs(w, x, targets, 0.6, 0.8, power), plain);
    };
    const tensors = ([w, x]: readonly Float64Array[]): [tf.Tensor, tf.Tensor] => [oracle.tf.tensor(w!, [2, 2, 3], 'float32'), oracle.tf.tensor(x!, [3, 2, 3], 'float32')];
    const at = [values(1, 12), values(2, 18)];
    const wanted = finiteDifferences((...arrays) => loss(...tensors(arrays)).dataSync()[0]!, at);
    oracle.tf.grads(loss)(tensors(at)).forEach((grad, k) => grad.dataSync().forEach((value, i) => {
      expect(Math.abs(value - wanted[k]![i]!)).toBeLessThan(1e-7 * (1 + Math.abs(value)));
    }));
  });
});

describe('what is learned', () => {
  it('of features: the largest projection of a class on its own features', () => {
    const w = tf.tensor3d([[[1, 2, 0, 0], [-3, 0, 0, 0]], [[9, 9, 0.5, 0], [0, 0, 0, -4]]]);
    expect(featureLearning(w, tf.eye(4)).arraySync()).toEqual([[3, 2], [0.5, 4]]);
  });

  it('of noise: the sample that is known least', () => {
    const w = tf.tensor3d([[[1, 0], [0, 2]], [[5, 0], [0, 0]]]);
    const noise = tf.tensor3d([[[1, 0], [0, -3]], [[1, 1], [0, 0]]]);
    expect(noiseLearning(w, noise, tf.tensor2d([[1, 0], [0, 1]])).dataSync()[0]).toBe(5);
    expect(noiseLearning(w, noise, tf.tensor2d([[1, 0], [1, 0]])).dataSync()[0]).toBe(2);
  });

  it('refuses other shapes', () => {
    expect(() => featureLearning(drawn(1, [3, 1, 2]), tf.eye(4))).toThrow('featureLearning: w must be float32 [2, neuron, dim], got float32 [3, 1, 2] (axis 0)');
    expect(() => noiseLearning(drawn(1, [2, 1, 2]), drawn(1, [2, 1, 2]), tf.zeros([3, 2]))).toThrow('noiseLearning: targets must be float32 [n, class] with n = 2, got float32 [3, 2] (axis 0)');
  });
});
