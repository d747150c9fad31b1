import { createRng, hostTensor, normal } from '@mixwell/tensor';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, atStage, batchCMixup, cMixup, cMixupPlan, createPartnerSampler, mixRegressionTargets, oneOf, planFromJson, planToJson } from '../index.ts';
import { applyMix, lower, mixTargets } from '../tf.ts';

await tf.setBackend('cpu');

const drawing = createRng(9);
const labels = Float64Array.from({ length: 200 }, () => normal(drawing));
const sampler = createPartnerSampler(labels, { bandwidth: 0.3 });
const anchors = Int32Array.of(8, 190, 3, 55, 101);
const targets = hostTensor('float32', [6, 2], Float32Array.from({ length: 12 }, () => normal(drawing)));

describe('cMixupPlan', () => {
  it('mixes the first rows with their partners', () => {
    expect(cMixupPlan({ partner: [3, 0], batch: 4, lambda: 0.25 })).toEqual({
      kind: 'scalar', batch: 4, rows: 2, k: 2, sources: Int32Array.of(0, 3, 1, 0),
      weights: Float32Array.of(0.25, 0.75), labelWeights: Float32Array.of(0.25, 0.75, 0.25, 0.75),
    });
  });

  it('mixes each pair the other way round too, with ratios of their own', () => {
    const plan = cMixupPlan({ partner: [2, 3], batch: 4, lambda: [0.1, 0.2, 0.3, 0.4], symmetric: true });
    expect(plan).toMatchObject({ rows: 4, sources: Int32Array.of(0, 2, 1, 3, 2, 0, 3, 1) });
    expect(plan.weights).toEqual(Float32Array.of(0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6));
  });

  it('refuses partners outside of the batch, too many anchors, wrong ratios', () => {
    expect(() => cMixupPlan({ partner: [0, 4], batch: 4, lambda: 0.5 })).toThrow(new RangeError('cMixupPlan: partner[1] must be a whole number in [0, 4), got 4'));
    expect(() => cMixupPlan({ partner: [0, 0], batch: 1, lambda: 0.5 })).toThrow('cMixupPlan: batch must be a whole number >= 2, got 1');
    expect(() => cMixupPlan({ partner: [], batch: 1, lambda: 0.5 })).toThrow('cMixupPlan: number of partners must be a whole number >= 1, got 0');
    expect(() => cMixupPlan({ partner: [0], batch: 1, lambda: 2 })).toThrow('cMixupPlan: lambda must be in [0, 1], got 2');
  });
});

describe('cMixup', () => {
  it('draws partners from the sampler, and a plan over anchors and partners', () => {
    const { indices, plan } = cMixup(sampler)(createRng(3), anchors);
    expect(indices).toEqual(Int32Array.of(...anchors, ...sampler.drawMany(anchors, createRng(3))));
    expect(plan).toMatchObject({ batch: 10, rows: 5, k: 2, sources: Int32Array.of(0, 5, 1, 6, 2, 7, 3, 8, 4, 9) });
    expect(plan.weights).toHaveLength(2);
    expect(cMixup(sampler)(createRng(3), anchors)).toEqual({ indices, plan });
  });

  it('draws λ from Beta(2, 2) unless told otherwise', () => {
    const draw = cMixup(sampler, { per: 'sample' });
    const rng = createRng(4);
    const many = Int32Array.from({ length: 1000 }, (_, i) => i % 200);
    const lambdas = Array.from({ length: 100 }, () => draw(rng, many).plan.weights.filter((_, i) => i % 2 === 0)).flatMap((part) => Array.from(part));
    const mean = lambdas.reduce((a, b) => a + b) / 1e5;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(0.05 / 1e5));
    expect(lambdas.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1e5 / 0.05).toBeCloseTo(1, 1.5);
    expect(cMixup(sampler, { lambda: 0.5, symmetric: true })(rng, anchors).plan).toMatchObject({ rows: 10, weights: Float32Array.of(0.5, 0.5) });
  });

  it.each([['a table', [7]], ['series', [12, 3]], ['images', [5, 3, 2]], ['video', [4, 5, 3, 1]]])('mixes %s, alike on plain arrays and tensors', (_, inner) => {
    const { indices, plan } = cMixup(sampler, { per: 'sample' })(createRng(3), anchors);
    const x = drawnImages(1, [indices.length, ...inner]);
    const mixed = applyPlan(plan, x);
    expect(mixed.shape).toEqual([5, ...inner]);
    const size = x.data.length / 10;
    mixed.data.forEach((value, i) => {
      const row = Math.floor(i / size);
      const wanted = plan.weights[2 * row]! * x.data[i]! + plan.weights[2 * row + 1]! * x.data[i + 5 * size]!;
      expect(value).toBeCloseTo(wanted, 5);
    });
    const tensor = applyMix(lower(plan), tf.tensor(x.data, [10, ...inner]));
    tensor.dataSync().forEach((value, i) => expect(value).toBeCloseTo(mixed.data[i]!, 6));
  });

  it('gives anchors or partners bit for bit at the ends of λ', () => {
    const x = drawnImages(2, [10, 3]);
    expect(applyPlan(cMixup(sampler, { lambda: 1 })(createRng(1), anchors).plan, x).data).toEqual(x.data.subarray(0, 15));
    expect(applyPlan(cMixup(sampler, { lambda: 0 })(createRng(1), anchors).plan, x).data).toEqual(x.data.subarray(15));
  });

  it('refuses bad options, and anchors that are none', () => {
    expect(() => cMixup(sampler, { alpha: 0 })).toThrow(new RangeError('cMixup: alpha must be > 0, got 0'));
    expect(() => cMixup(sampler, { lambda: 1.5 })).toThrow('cMixup: lambda must be in [0, 1], got 1.5');
    expect(() => cMixup(sampler)(createRng(1), [])).toThrow('cMixup: number of anchors must be a whole number >= 1, got 0');
    expect(() => cMixup(sampler)(createRng(1), [200])).toThrow('draw: anchor must be a whole number in [0, 200), got 200');
  });
});

describe('batchCMixup', () => {
  const batch = { rows: 6, targets };

  it('finds partners for all rows, or for the first half among all', () => {
    expect(batchCMixup({ bandwidth: 1 })(createRng(1), batch)).toMatchObject({ batch: 6, rows: 6, k: 2 });
    expect(batchCMixup({ bandwidth: 1, anchors: 'half' })(createRng(1), batch)).toMatchObject({ batch: 6, rows: 3 });
    expect(batchCMixup({ bandwidth: 1, anchors: 'half', symmetric: true })(createRng(1), batch)).toMatchObject({ batch: 6, rows: 6 });
  });

  it('leaves most rows alone where the bandwidth is small, and none where they are excluded', () => {
    const meets = (options: object): number => {
      const { sources } = batchCMixup({ bandwidth: 1e-3, ...options })(createRng(1), batch);
      return Array.from({ length: 6 }, (_, row) => Number(sources[2 * row] === sources[2 * row + 1])).reduce((a, b) => a + b);
    };
    expect(meets({})).toBe(6);
    expect(meets({ excludeSelf: true })).toBe(0);
  });

  it('says what it needs, and is a policy like others: switched, at a stage, saved', () => {
    const policy = atStage('fc1', oneOf([batchCMixup({ bandwidth: 1 }), batchCMixup({ bandwidth: 2 })]));
    expect(policy.needs).toEqual(['targets']);
    const plan = policy(createRng(2), batch);
    expect(plan.stage).toBe('fc1');
    expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
    expect(batchCMixup({ bandwidth: 1 })(createRng(1), { rows: 1, targets: hostTensor('float32', [1, 1], Float32Array.of(4)) }).sources).toEqual(Int32Array.of(0, 0));
  });

  it('refuses what it cannot do', () => {
    const draw = (options: object, of: object = batch) => () => batchCMixup({ bandwidth: 1, ...options })(createRng(1), of as typeof batch);
    expect(draw({ bandwidth: -1 })).toThrow(new RangeError('batchCMixup: bandwidth must be > 0 and finite, got -1'));
    expect(draw({ alpha: Number.NaN })).toThrow('batchCMixup: alpha must be > 0, got NaN');
    expect(draw({ anchors: 'most' })).toThrow("batchCMixup: anchors must be 'all' or 'half', got 'most'");
    expect(draw({}, { rows: 6 })).toThrow('batchCMixup: batch.targets is missing, the policy needs it');
    expect(draw({ anchors: 'half' }, { rows: 5, targets: hostTensor('float32', [5, 1], new Float32Array(5)) })).toThrow("batchCMixup: batch.rows must be even with anchors: 'half', got 5");
  });
});

describe('mixRegressionTargets', () => {
  const plan = cMixupPlan({ partner: [3, 4, 5], batch: 6, lambda: [0.25, 1, 0] });

  it('mixes the targets as tensors are mixed', () => {
    const mixed = mixRegressionTargets(plan, targets);
    expect(mixed.shape).toEqual([3, 2]);
    expect(mixed.data).toEqual(mixTargets(lower(plan), tf.tensor2d(targets.data, [6, 2])).dataSync());
    expect(mixed.data.subarray(2)).toEqual(Float32Array.of(...targets.data.subarray(2, 4), ...targets.data.subarray(10)));
  });

  it('refuses other shapes', () => {
    expect(() => mixRegressionTargets(plan, hostTensor('float32', [5, 1], new Float32Array(5)))).toThrow(new RangeError('mixRegressionTargets: targets must have shape [6, dimensions], got [5, 1]'));
    expect(() => mixRegressionTargets(plan, hostTensor('float32', [6], new Float32Array(6)))).toThrow('mixRegressionTargets: targets must have shape [6, dimensions], got [6]');
  });
});
