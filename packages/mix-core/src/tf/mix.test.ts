import { valueAndGrad } from '@mixwell/autodiff';
import { createRng } from '@mixwell/tensor';
import { expectNoLeaks } from '@mixwell/testing';
import { oneBackEnd, plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnImages, plansFor, warpedPlansFor } from '../fixtures.ts';
import { applyPlan, cutmix, maskPlan, mixLabels, mixup, mixupPlan, noMixing, type Plan } from '../index.ts';
import { applyMix, lower, type LowerOptions, type Mix, mixTargets } from '../tf.ts';

const batch = { rows: 4, height: 5, width: 3 };
const tensorOf = ({ data, shape }: { data: Float32Array; shape: readonly number[] }): tf.Tensor => tf.tensor(data, [...shape], 'float32');

describe.each(plainAnd(BACKEND_NAME))('on %s', (backend) => {
  beforeAll(async () => { await tf.setBackend(backend); });

  it('applyMix and mixTargets equal applyPlan and mixLabels to the last bit', () => {
    fc.assert(fc.property(fc.oneof(plansFor(5, 3), warpedPlansFor(5, 3)), fc.constantFrom(1, 3), (plan, channels) => tf.tidy(() => {
      const images = drawnImages(9, [plan.batch, 5, 3, channels]);
      const labels = Int32Array.from({ length: plan.batch }, (_, i) => (i * 2) % 3);
      const mix = lower(plan, plan.kind === 'mask' ? { shape: [plan.rows, 5, 3] } : {});
      const mixed = applyMix(mix, tensorOf(images));
      expect(mixed.shape).toEqual([plan.rows, 5, 3, channels]);
      const wanted = applyPlan(plan, images).data;
      mixed.dataSync<'float32'>().forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBe(0));
      const targets = mixTargets(mix, tf.oneHot(tf.tensor1d(labels, 'int32'), 3));
      const wantedTargets = mixLabels(plan, labels, 3).data;
      targets.dataSync<'float32'>().forEach((value, i) => expect(Math.abs(value - wantedTargets[i]!)).toBeLessThan(1.2e-7));
    })), { seed: 1, numRuns: 120 });
  });

  it('gives any plan as many taps as asked for, without changing the mix', () => {
    fc.assert(fc.property(fc.oneof(plansFor(4, 6), warpedPlansFor(4, 6)), fc.boolean(), (plan, spread) => tf.tidy(() => {
      const images = drawnImages(9, [plan.batch, 4, 6, 2]);
      const rows = spread || plan.kind === 'mask' ? plan.rows : undefined;
      const mix = lower(plan, { taps: 4, ...((rows !== undefined || plan.kind === 'scalar') && { shape: [rows ?? plan.rows, 4, 6] }) });
      expect(mix.weights.shape.at(-1)).toBe(4 * plan.k - 3);
      const wanted = applyPlan(plan, images).data;
      applyMix(mix, tensorOf(images)).dataSync<'float32'>().forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBe(0));
    })), { seed: 2, numRuns: 60 });
  });

  it('mixes inputs of any rank with scalars, and features at a stage', () => {
    tf.tidy(() => {
      const mix = lower(mixupPlan({ partner: [1, 0], lambda: 0.25 }));
      expect(applyMix(mix, tf.tensor1d([0, 4])).arraySync()).toEqual([3, 1]);
      expect(applyMix(mix, tf.tensor5d([0, 4], [2, 1, 1, 1, 1])).shape).toEqual([2, 1, 1, 1, 1]);
    });
  });

  it('leaves no tensor behind', async () => {
    const [x, y] = [tf.zeros([4, 5, 3, 1]), tf.ones([4, 2])];
    const plan = cutmix()(createRng(1), batch);
    await expectNoLeaks(() => {
      const mix = lower(plan);
      return [{ ...mix }, applyMix(mix, x), mixTargets(mix, y)];
    });
    tf.dispose([x, y]);
  });
});

describe('lower', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  const weightsShape = (plan: Plan, options?: LowerOptions): number[] => tf.tidy(() => lower(plan, options).weights.shape);
  const policies = { mixup: mixup(), cutmix: cutmix(), none: noMixing };
  const perSample = { mixup: mixup({ per: 'sample' }), cutmix: cutmix({ per: 'sample' }), none: noMixing };

  it('gives the smallest weights that hold the plan', () => {
    const drawn = (policy: (typeof policies)['mixup']): Plan => policy(createRng(1), batch);
    expect(Object.values(policies).map((policy) => weightsShape(drawn(policy)))).toEqual([[1, 2], [1, 5, 3, 2], [1, 2]]);
    expect(Object.values(perSample).map((policy) => weightsShape(drawn(policy)))).toEqual([[4, 2], [4, 5, 3, 2], [1, 2]]);
  });

  it('gives the weights one shape for all policies when asked to', () => {
    for (const policy of Object.values(policies)) expect(weightsShape(policy(createRng(1), batch), { shape: [1, 5, 3] })).toEqual([1, 5, 3, 2]);
    for (const policy of [...Object.values(policies), ...Object.values(perSample)]) {
      expect(weightsShape(policy(createRng(1), batch), { shape: [4, 5, 3] })).toEqual([4, 5, 3, 2]);
    }
    expect(weightsShape(noMixing(createRng(1), batch), { shape: [4] })).toEqual([4, 2]);
  });

  it('spreads weights without changing the mix', () => {
    const images = drawnImages(2, [4, 5, 3, 2]);
    for (const policy of Object.values(policies)) {
      const plan = policy(createRng(3), batch);
      tf.tidy(() => {
        const mixed = (options?: LowerOptions): unknown => applyMix(lower(plan, options), tensorOf(images)).dataSync();
        expect(mixed({ shape: [4, 5, 3] })).toEqual(mixed());
      });
    }
  });

  it('refuses a shape that cannot hold the plan', () => {
    const sample = perSample.mixup(createRng(1), batch);
    expect(() => lower(sample, { shape: [1, 5, 3] })).toThrow(new RangeError('lower: a plan with weights for each row needs the shape [4, 5, 3], got [1, 5, 3]'));
    expect(() => lower(policies.cutmix(createRng(1), batch), { shape: [1] })).toThrow("lower: a plan of kind 'box' needs a shape [rows, height, width], got [1]");
    expect(() => lower(sample, { shape: [3, 5, 3] })).toThrow('lower: shape must be [1 or 4] or [1 or 4, height, width], got [3, 5, 3]');
    expect(() => lower(policies.cutmix(createRng(1), batch), { shape: [1, 3, 5] })).toThrow('boxes were drawn for 5 × 3, got 3 × 5');
  });
});

describe('applyMix and mixTargets', () => {
  it('name what does not fit', () => {
    tf.tidy(() => {
      const mix = lower(maskPlan({ height: 2, width: 2, partner: [1, 0], keep: [1, 0, 1, 0] }));
      expect(() => applyMix(mix, tf.zeros([2, 4, 4, 1]))).toThrow(new RangeError('applyMix: images must have shape [batch, 2, 2, …], got [2, 4, 4, 1]'));
      expect(() => applyMix({ ...mix, weights: tf.zeros([2, 3]) }, tf.zeros([2, 2, 2, 1]))).toThrow('applyMix: weights must have shape [1 or 2, 2] or [1 or 2, height, width, 2], got [2, 3]');
      expect(() => mixTargets({ ...mix, labelWeights: tf.zeros([1, 2]) }, tf.zeros([2, 3]))).toThrow('mixTargets: labelWeights must have the shape of sources [2, 2], got [1, 2]');
      expect(() => mixTargets(mix, tf.zeros([2]))).toThrow('mixTargets: targets must have shape [batch, classes], got [2]');
    });
  });
});

describe.skipIf(oneBackEnd)('a compiled step', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });
  afterAll(() => tf.disposeVariables());

  it('is traced once for mixup, CutMix and no mixing, whatever is drawn', () => {
    let traces = 0;
    const step = (tf.backend() as OnnxRuntimeBackend).compile((mix: Mix, x: tf.Tensor, y: tf.Tensor) => {
      traces += 1;
      return { x: applyMix(mix, x), y: mixTargets(mix, y) };
    });
    const images = drawnImages(5, [4, 5, 3, 1]);
    const rng = createRng(1);
    tf.tidy(() => {
      const [x, y] = [tensorOf(images), tf.eye(4)];
      for (let i = 0; i < 12; i++) {
        const plan = [mixup(), cutmix(), noMixing][i % 3]!(rng, batch);
        const mixed = step(lower(plan, { shape: [1, 5, 3] }), x, y);
        expect(Array.from(mixed.x.dataSync())).toEqual(Array.from(applyPlan(plan, images).data));
        expect(Array.from(mixed.y.dataSync())).toEqual(Array.from(mixLabels(plan, [0, 1, 2, 3], 4).data));
      }
    });
    expect(traces).toBe(1);
  });

  it('gives a learned policy its gradients: weights and label weights that were made with them, not lowered from a plan', () => {
    const learned = ({ theta, x, y }: { theta: tf.Tensor; x: tf.Tensor; y: tf.Tensor }): tf.Scalar => {
      const lambda = tf.reshape(tf.sigmoid(theta), [4, 1]);
      const weights = tf.concat([lambda, tf.sub(1, lambda)], 1);
      const mix = { sources: tf.tensor2d([0, 1, 1, 2, 2, 3, 3, 0], [4, 2], 'int32'), weights, labelWeights: weights };
      return tf.add(tf.sum(tf.square(applyMix(mix, x))), tf.sum(tf.square(mixTargets(mix, y))));
    };
    const step = (args: { theta: tf.Tensor; x: tf.Tensor; y: tf.Tensor }): tf.Tensor => valueAndGrad(learned)(args).grads.theta;
    const compiled = (tf.backend() as OnnxRuntimeBackend).compile(step);
    const run = (fn: typeof step): Float32Array => fn({ theta: tf.tensor1d([0, 1, -1, 2]), x: tensorOf(drawnImages(6, [4, 5, 3, 2])), y: tf.eye(4) }).dataSync<'float32'>();
    const wanted = run(step);
    run(compiled).forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-5 * Math.abs(wanted[i]!)));
    expect(wanted.every((value) => value !== 0)).toBe(true);
  });
});
