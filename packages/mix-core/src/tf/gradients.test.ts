import { bundleForOracle, finiteDifferences } from '@mixwell/testing';
import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import type * as mixing from '../tf.ts';
import type { Mix } from '../tf.ts';

type Oracle = typeof mixing & { readonly tf: typeof tf };

const [batch, rows, k, height, width, channels, classes] = [3, 4, 2, 2, 3, 2, 5];
const sources = [0, 2, 1, 1, 2, 0, 0, 1];
const values = (seed: number, ...shape: number[]): number[] => Array.from(drawnImages(seed, shape).data);

/** Numbers in float64, which the oracle's tensors hold under the name float32. */
const inOracle = ({ tf }: Oracle, x: ArrayLike<number>, shape: number[]): tf.Tensor => tf.tensor(Array.from(x), shape, 'float32');

/** Σ of the squares of what comes out: a scalar whose second derivatives are not 0. */
const energy = ({ tf }: Oracle, x: tf.Tensor): tf.Tensor => tf.sum(tf.square(x));

describe('gradients in float64', () => {
  let oracle: Oracle;
  beforeAll(async () => { oracle = await bundleForOracle<typeof mixing>('@mixwell/autodiff', new URL('../tf.ts', import.meta.url)); });

  const mixOf = (weights: tf.Tensor, labelWeights: tf.Tensor): Mix => ({ sources: oracle.tf.tensor2d(sources, [rows, k], 'int32'), weights, labelWeights });

  /** Gradient and Hessian-vector product against finite differences of the value and of the gradient. */
  function check(fn: (...x: tf.Tensor[]) => tf.Tensor, at: readonly (readonly number[])[], shapes: readonly number[][]): void {
    const tensors = (xs: readonly ArrayLike<number>[]): tf.Tensor[] => xs.map((x, i) => inOracle(oracle, x, shapes[i]!));
    const gradients = (xs: readonly ArrayLike<number>[], of = fn): Float64Array[] => oracle.tf.grads(of)(tensors(xs)).map((grad) => Float64Array.from(grad.dataSync()));
    const compare = (got: readonly Float64Array[], wanted: readonly Float64Array[]): void =>
      wanted.forEach((array, i) => array.forEach((value, j) => expect(Math.abs(got[i]![j]! - value)).toBeLessThan(1e-8 * (1 + Math.abs(value)))));
    compare(gradients(at), finiteDifferences((...xs) => fn(...tensors(xs)).dataSync()[0]!, at));
    const along = (...x: tf.Tensor[]): tf.Tensor => oracle.tf.grads(fn)(x).map((grad) => oracle.tf.sum(oracle.tf.sin(grad))).reduce((a, b) => oracle.tf.add(a, b));
    compare(gradients(at, along), finiteDifferences((...xs) => gradients(xs).reduce((sum, grad) => grad.reduce((s, g) => s + Math.sin(g), sum), 0), at));
  }

  it('of applyMix in images and weights of each row', () => {
    const labels = oracle.tf.ones([rows, k]);
    check((x, w) => energy(oracle, oracle.applyMix(mixOf(w, labels), x)), [values(1, batch, 7), values(2, rows, k)], [[batch, 7], [rows, k]]);
  });

  it('of applyMix in images and a map, shared and per row', () => {
    const labels = oracle.tf.ones([rows, k]);
    for (const count of [1, rows]) {
      check(
        (x, w) => energy(oracle, oracle.applyMix(mixOf(w, labels), x)),
        [values(1, batch, height, width, channels), values(2, count, height, width, k)],
        [[batch, height, width, channels], [count, height, width, k]],
      );
    }
  });

  it('of mixTargets in targets and label weights', () => {
    const weights = oracle.tf.ones([rows, k]);
    check((y, w) => energy(oracle, oracle.mixTargets(mixOf(weights, w), y)), [values(1, batch, classes), values(2, rows, k)], [[batch, classes], [rows, k]]);
  });
});
