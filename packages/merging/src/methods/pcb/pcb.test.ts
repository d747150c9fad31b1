import { createRng, normal, type HostTensor, type StateDict } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { distance, family, vector } from '../../fixtures.ts';
import { mergeStateDicts, type MergeStateDictsOptions } from '../../merge-state-dicts.ts';
import { pcbParts } from './pcb-parts.ts';
import { pcbWeights } from './pcb-weights.ts';
import { pcbVariants } from './variants.ts';

const size = 1000;
const rows = (seed: number, count: number, scale = 1): Float32Array[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: size }, () => scale * 0.05 * normal(rng)));
};
const zeros = vector(new Float32Array(size));
const data = (dict: StateDict<HostTensor>): Float32Array => dict['x']!.data as Float32Array;
const merge = (taskVectors: readonly Float32Array[], options: Partial<MergeStateDictsOptions> = {}): Float32Array => data(mergeStateDicts('pcb', { base: zeros, models: taskVectors.map(vector), ...options }).merged);
const largestDifference = (a: Float32Array, b: Float32Array): number => a.reduce((most, x, e) => Math.max(most, Math.abs(x - b[e]!)), 0);

describe('pcb', () => {
  it('computes the worked example', () => {
    const taskVectors = [[0.4, -0.2, 0.1, 0.05, -0.3], [0.2, 0.3, 0, -0.1, -0.1]].map((row) => Float32Array.from(row));
    const { weights, clamped } = pcbWeights(taskVectors, { ratio: 0.6 });
    const near = (values: number[]) => values.map((x): number => expect.closeTo(x, 3) as number);
    expect(clamped.map((row) => Array.from(row))).toEqual([near([0.3, -0.2, 0.1, 0.05, -0.3]), near([0.2, 0.2, 0, -0.1, -0.1])]);
    expect(weights.map((row) => Array.from(row))).toEqual([near([1, 0, 0, 0, 0.504]), near([1, 0.191, 0, 0, 0])]);
    const base = vector([0, 0, 0, 0, 0]);
    expect(Array.from(data(mergeStateDicts('pcb', { base, models: taskVectors.map(vector), parameters: { ratio: 0.6 } }).merged))).toEqual(near([0.25, 0.2, 0, 0, -0.3]));
  });

  it('is the plain definition, sorted and summed entry by entry', () => {
    const taskVectors = rows(1, 4);
    const [ratio, c] = [0.2, 0.01];
    const rank = (row: Float32Array, k: number): number => row.toSorted()[k]!;
    const clamped = taskVectors.map((row) => {
      const magnitudes = row.map(Math.abs);
      const [low, high] = [rank(magnitudes, Math.floor(size * c)), rank(magnitudes, Math.trunc(size * (1 - c) - 1))];
      return { t: row.map((x) => Math.sign(x) * Math.min(Math.max(Math.abs(x), low), high)), low, high };
    });
    const scores = taskVectors.map((row, i) => row.map((x, e) => {
      const { t, low, high } = clamped[i]!;
      return Math.exp(4 * ((Math.abs(t[e]!) - low) / (high - low)) ** 2) * Math.tanh(x * taskVectors.reduce((sum, other) => sum + other[e]!, 0));
    }));
    const weights = scores.map((row) => {
      const [threshold, most] = [rank(row, Math.floor(size * (1 - ratio))), rank(row, size - 1)];
      return row.map((b) => Math.max(b - threshold, 0) / (most - threshold));
    });
    const wanted = zeros['x']!.data.map((_, e) => {
      const total = weights.reduce((sum, w) => sum + w[e]!, 0);
      return weights.reduce((sum, w, i) => sum + (i + 1) * w[e]! * clamped[i]!.t[e]!, 0) / Math.max(total, 1e-12);
    });
    const got = merge(taskVectors, { parameters: { variant: 'nlp', ratio }, perModel: [1, 2, 3, 4].map((lambda) => ({ lambda })) });
    expect(largestDifference(got, wanted)).toBeLessThan(1e-6);
    expect(got.filter((x) => x !== 0).length).toBeGreaterThan(size * ratio * 0.9);
  });

  it.each(pcbVariants)('%s: tasks may be permuted with their lambdas, parameters with their places', (variant) => {
    const taskVectors = rows(2, 3);
    const perModel = [0.5, 1, 2].map((lambda) => ({ lambda }));
    const parameters = { variant };
    const whole = merge(taskVectors, { parameters, perModel });
    expect(largestDifference(merge(taskVectors.toReversed(), { parameters, perModel: perModel.toReversed() }), whole)).toBeLessThan(variant === 'paper' ? 1e-5 : 1e-7);
    const turned = merge(taskVectors.map((row) => row.toReversed()), { parameters, perModel });
    expect(turned.toReversed()).toEqual(whole);
  });

  it.each(pcbVariants)('%s: is linear in lambda, and the parts say how', (variant) => {
    const taskVectors = rows(3, 3);
    const lambdas = [0.3, -1, 2];
    const options = { base: zeros, models: taskVectors.map(vector), parameters: { variant } };
    const parts = pcbParts(options);
    const blended = mergeStateDicts('linear', { models: [zeros, ...parts], perModel: [{ weight: 1 }, ...lambdas.map((weight) => ({ weight }))], parameters: { normalize: false } });
    const merged = mergeStateDicts('pcb', { ...options, perModel: lambdas.map((lambda) => ({ lambda })) });
    expect(distance(blended.merged, merged.merged)).toBeLessThan(1e-7);
  });

  it('gives the task vector itself where all tasks are the same, clamped, on what is kept', () => {
    const [row] = rows(4, 1) as [Float32Array];
    const { clamped } = pcbWeights([row]);
    const got = merge([row, row, row]);
    const kept = got.filter((x) => x !== 0).length;
    expect(kept).toBe(size - Math.floor(size * (1 - 0.1)) - 1);
    got.forEach((x, e) => { if (x !== 0) expect(x).toBeCloseTo(clamped[0]![e]!, 6); });
  });

  it('takes nothing from a task vector of zeros', () => {
    const [a, b] = rows(5, 2) as [Float32Array, Float32Array];
    const got = merge([a, new Float32Array(size), b]);
    expect(got.every(Number.isFinite)).toBe(true);
    expect(merge([new Float32Array(size)])).toEqual(new Float32Array(size));
    expect(pcbWeights([a, new Float32Array(size), b]).weights[1]!.every((w) => w === 0)).toBe(true);
  });

  it('keeps all but the least with ratio 1', () => {
    const [row] = rows(6, 1) as [Float32Array];
    expect(pcbWeights([row], { ratio: 1 }).weights[0]!.filter((w) => w === 0)).toHaveLength(1);
  });

  it('scales with all task vectors where scores are normalised, and not where they are products', () => {
    const taskVectors = rows(7, 3);
    const grown = taskVectors.map((row) => row.map((x) => 4 * x));
    const times4 = (variant: 'released' | 'visionPairwise'): number => largestDifference(merge(grown, { parameters: { variant } }), merge(taskVectors, { parameters: { variant } }).map((x) => 4 * x));
    expect(times4('visionPairwise')).toBe(0);
    const far = rows(7, 3, 20);
    const products = merge(far.map((row) => row.map((x) => 4 * x)));
    expect(largestDifference(products, merge(far).map((x) => 4 * x))).toBeGreaterThan(0.1);
  });

  it('ranks within each tensor where told', () => {
    const { base, models } = family(8, 3);
    const whole = mergeStateDicts('pcb', { base, models, parameters: { scope: 'tensor', ratio: 0.3 } }).merged;
    const name = 'layers.0.weight';
    const alone = mergeStateDicts('pcb', { base: { [name]: base[name]! }, models: models.map((model) => ({ [name]: model[name]! })), parameters: { ratio: 0.3 } }).merged;
    expect(whole[name]).toEqual(alone[name]);
  });

  it('refuses ratios that keep nothing', () => {
    expect(() => merge(rows(9, 2), { parameters: { ratio: 1e-9 } })).toThrow('pcb: ratio must keep a parameter, got 1e-9: nothing kept of 1000');
    expect(() => merge(rows(9, 2), { parameters: { ratio: 0 } })).toThrow('pcb: ratio must be in (0, 1], got 0 for x');
    expect(() => merge(rows(9, 2), { parameters: { clamp: 0.5 } })).toThrow('pcb: clamp must be in [0, 0.5), got 0.5 for x');
    expect(() => merge(rows(9, 2), { parameters: { variant: 'reelased' } })).toThrow('pcb: variant must be one of released, nlp, visionSum, visionPairwise, paper, got "reelased" for x');
  });

  it('stays finite for a hundred tasks', () => {
    expect(merge(rows(10, 100)).every(Number.isFinite)).toBe(true);
  });
});
