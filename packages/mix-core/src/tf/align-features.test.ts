import { bundleForOracle, expectNoLeaks, finiteDifferences } from '@mixwell/testing';
import { oneBackEnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '@mixwell/tfjs-onnx';
import { createRng } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { alignmix, alignmixPlan, mixupPlan } from '../index.ts';
import { alignFeatures, applyMix, lower, type Mix } from '../tf.ts';
import type * as mixing from '../tf.ts';
import { featureCosts } from './align-features.ts';
import { type AlignInput, referenceAligned, referenceCosts, referencePlan } from './align-fixtures.ts';

const valuesOf = (seed: number, shape: readonly number[]): Float32Array => drawnImages(seed, shape).data.map((value) => 0.4 * value);
const mixOf = (partner: readonly number[], lambda: number, aligned: 0 | 1): Mix => lower(alignmixPlan({ partner, lambda, stage: 'last', aligned }));

const cases = [[3, 3, 3, 4, [2, 0, 1]], [1, 2, 2, 3, [0]], [5, 1, 4, 1, [4, 3, 2, 1, 0]], [2, 1, 1, 2, [1, 0]]] as const;

describe('alignFeatures', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  it.each(cases)('is what its definition gives, for %d maps of %d × %d × %d', (rows, height, width, channels, partner) => {
    const features = valuesOf(1, [rows, height, width, channels]);
    for (const aligned of [0, 1] as const) {
      const input: AlignInput = { features, positions: height * width, channels, partner, lambda: 0.3, aligned };
      const plan = referencePlan(referenceCosts(input), [rows, input.positions, input.positions]);
      const wanted = referenceAligned(input, plan);
      const got = tf.tidy(() => applyMix(mixOf(partner, 0.3, aligned), tf.tensor4d(features, [rows, height, width, channels])).dataSync());
      got.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-4 * Math.abs(wanted[i]!) + 1e-5));
    }
  });

  it('gives the unmoved map back where it counts all', () => {
    const features = valuesOf(2, [3, 2, 3, 2]);
    tf.tidy(() => {
      const x = tf.tensor4d(features, [3, 2, 3, 2]);
      expect(applyMix(mixOf([1, 2, 0], 1, 1), x).dataSync()).toEqual(features);
      expect(applyMix(mixOf([1, 2, 0], 0, 0), x).dataSync()).toEqual(tf.gather(x, [1, 2, 0]).dataSync());
    });
  });

  it('undoes a permutation of positions', () => {
    // features far apart: the second map is the first with its four positions in another order
    const [a, order] = [Float32Array.of(0, 0, 9, 0, 0, 9, 9, 9), [2, 0, 3, 1]];
    const b = Float32Array.from(order.flatMap((position) => [a[2 * position]!, a[2 * position + 1]!]));
    const mixed = tf.tidy(() => applyMix(mixOf([1, 0], 0.5, 1), tf.tensor4d([...a, ...b], [2, 2, 2, 2])).dataSync());
    [...a, ...b].forEach((value, i) => expect(mixed[i]).toBeCloseTo(value, 5));
  });

  it('keeps distances of features that lie far from the origin', () => {
    const [a, b] = [3, 4].map((seed) => valuesOf(seed, [2, 4, 3]));
    const costs = (offset: number): Float32Array => tf.tidy(() => featureCosts(tf.add(tf.tensor3d(a!, [2, 4, 3]), offset), tf.add(tf.tensor3d(b!, [2, 4, 3]), offset)).dataSync<'float32'>());
    const [near, far] = [costs(0), costs(64)];
    far.forEach((value, i) => expect(Math.abs(value - near[i]!)).toBeLessThan(1e-4));
  });

  it('leaves no tensor behind', async () => {
    const x = tf.tensor4d(valuesOf(4, [2, 2, 2, 3]), [2, 2, 2, 3]);
    await expectNoLeaks(() => {
      const mix = mixOf([1, 0], 0.5, 1);
      return [{ ...mix }, alignFeatures(mix, x)];
    });
    tf.dispose(x);
  });

  it('names what does not fit', () => {
    tf.tidy(() => {
      const mix = mixOf([1, 0], 0.5, 1);
      expect(() => alignFeatures(lower(mixupPlan({ partner: [1, 0], lambda: 0.5 })), tf.zeros([2, 2, 2, 1]))).toThrow('alignFeatures: mix.aligned must say which source is moved, got none');
      expect(() => alignFeatures(mix, tf.zeros([2, 4]))).toThrow(new RangeError('alignFeatures: features must have shape [batch, height, width, channels], got [2, 4]'));
      expect(() => applyMix({ ...mix, weights: tf.zeros([1, 2, 2, 2]) }, tf.zeros([2, 2, 2, 1]))).toThrow('alignFeatures: weights must have shape [1 or 2, 2], got [1, 2, 2, 2]');
      expect(() => applyMix(mix, tf.zeros([2, 2]))).toThrow('alignFeatures: features must have shape');
    });
  });
});

describe('its gradients in float64', () => {
  type Oracle = typeof mixing & { readonly tf: typeof tf };
  let oracle: Oracle;
  beforeAll(async () => { oracle = await bundleForOracle<typeof mixing>('@mixwell/autodiff', new URL('../tf.ts', import.meta.url)); });

  it.each(cases)('flow through both maps and the weights, and not through the transport: %d maps of %d × %d × %d', (rows, height, width, channels, partner) => {
    const features = Array.from(valuesOf(5, [rows, height, width, channels]));
    const upstream = valuesOf(6, [rows, height, width, channels]);
    for (const aligned of [0, 1] as const) {
      const input: AlignInput = { features, positions: height * width, channels, partner, lambda: 0.3, aligned };
      const plan = referencePlan(referenceCosts(input), [rows, input.positions, input.positions]);
      const value = (x: Float64Array, [lambda]: Float64Array): number =>
        referenceAligned({ ...input, features: x, lambda: lambda! }, plan).reduce((sum, mixed, i) => sum + upstream[i]! * Math.sin(mixed), 0);
      const [wantedX, wantedLambda] = finiteDifferences(value as (...args: Float64Array[]) => number, [features, [0.3]]);
      const { tf: tf64 } = oracle;
      const shape = [rows, height, width, channels] as [number, number, number, number];
      const sources = tf64.tensor2d(partner.flatMap((other, row) => [row, other]), [rows, 2], 'int32');
      const loss = (x: tf.Tensor, lambda: tf.Tensor): tf.Tensor => {
        const weights = tf64.concat([lambda, tf64.sub(1, lambda)], 1);
        const mixed = oracle.applyMix({ sources, weights, labelWeights: tf64.zeros([rows, 2]), aligned: tf64.scalar(aligned, 'int32') }, x);
        return tf64.sum(tf64.mul(tf64.sin(mixed), tf64.tensor(Array.from(upstream), shape)));
      };
      const [gotX, gotLambda] = tf64.grads(loss as (...x: tf.Tensor[]) => tf.Tensor)([tf64.tensor(features, shape), tf64.tensor([0.3], [1, 1])]).map((grad) => grad.dataSync());
      wantedX!.forEach((wanted, i) => expect(Math.abs(gotX![i]! - wanted)).toBeLessThan(1e-8 * (1 + Math.abs(wanted))));
      expect(Math.abs(gotLambda![0]! - wantedLambda![0]!)).toBeLessThan(1e-8);
    }
  });
});

describe.skipIf(oneBackEnd)('a compiled step', () => {
  it('is traced once, whatever λ, partners and direction', async () => {
    await tf.setBackend(BACKEND_NAME);
    let traces = 0;
    const step = (tf.backend() as OnnxRuntimeBackend).compile((mix: Mix, x: tf.Tensor) => {
      traces += 1;
      return applyMix(mix, x);
    });
    const [rng, policy] = [createRng(7), alignmix({ stage: 'last' })];
    const features = valuesOf(8, [3, 2, 3, 4]);
    const directions = new Set<number>();
    for (let i = 0; i < 6; i++) {
      const plan = policy(rng, { rows: 3 });
      const { aligned } = plan as { aligned?: 0 | 1 };
      directions.add(aligned!);
      const input: AlignInput = { features, positions: 6, channels: 4, partner: Array.from(plan.sources).filter((_, k) => k % 2 === 1), lambda: plan.labelWeights[0]!, aligned: aligned! };
      const wanted = referenceAligned(input, referencePlan(referenceCosts(input), [3, 6, 6]));
      const got = tf.tidy(() => step(lower(plan), tf.tensor4d(features, [3, 2, 3, 4])).dataSync());
      got.forEach((value, k) => expect(Math.abs(value - wanted[k]!)).toBeLessThan(1e-4 * Math.abs(wanted[k]!) + 1e-5));
    }
    expect(directions.size).toBe(2);
    expect(traces).toBe(1);
  });
});
