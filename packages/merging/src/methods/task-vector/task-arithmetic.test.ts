import { createRng, normal, type HostTensor, type StateDict } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { vector } from '../../fixtures.ts';
import { mergeStateDicts } from '../../merge-state-dicts.ts';
import type { Parameters } from '../../parameters/resolve-parameter.ts';
import type { MethodName } from '../methods.ts';
import { keepProbabilities } from './sparsify/della.ts';

const values = (dict: StateDict<HostTensor>): number[] => Array.from(dict['x']!.data as Float32Array);
const merge = (method: MethodName, taskVectors: readonly (readonly number[] | Float32Array)[], parameters: Parameters = {}, perModel: Parameters[] = []): number[] =>
  values(mergeStateDicts(method, { base: vector(new Float32Array(taskVectors[0]!.length)), models: taskVectors.map(vector), parameters, perModel }).merged);

describe('ties', () => {
  it('keeps exactly ⌊density · size⌋ entries, ties by place', () => {
    expect(merge('ties', [[1, -1, 1, 2, -1]], { density: 0.7 })).toEqual([1, -1, 0, 2, 0]);
    expect(merge('ties', [[1, 2, 3]], { density: 0.3 })).toEqual([0, 0, 0]);
    expect(merge('ties', [[1, 2, 3]], { density: 1 })).toEqual([1, 2, 3]);
  });

  it('elects the sign of the weighted sum, 0 counting as positive, and divides by the weights that agree', () => {
    expect(merge('ties', [[1, 3, -2], [-1, 1, -4]], {}, [{ weight: 1 }, { weight: 1 }])).toEqual([1, 2, -3]);
    expect(merge('ties', [[1, 3], [-1, -1]], {}, [{ weight: 1 }, { weight: 4 }])).toEqual([-1, -1]);
    expect(merge('ties', [[1, 3], [1, -1]], { normalize: false, lambda: 0.5 })).toEqual([1, 1.5]);
  });

  it('keeps the L1 norm where told', () => {
    expect(merge('ties', [[1, 3, 0.5, 0.5]], { density: 0.5, rescale: true })).toEqual([1.25, 3.75, 0, 0]);
  });
});

describe('ties_authors', () => {
  it('keeps what reaches the threshold over the whole model, one more than ⌊density · size⌋, and all ties', () => {
    expect(merge('ties_authors', [[5, 4, 3, 2, 1]], { density: 0.4 })).toEqual([5, 4, 3, 0, 0]);
    expect(merge('ties_authors', [[5, 4, 3, 3, -3]], { density: 0.4 })).toEqual([5, 4, 3, 3, -3]);
  });

  it('gives columns without a sign that of the majority, negative where there is none', () => {
    expect(merge('ties_authors', [[1, 1, 2], [-1, 1, 2]], { density: 1 })).toEqual([1, 1, 2]);
    expect(merge('ties_authors', [[1, -1, -2], [-1, -1, -2]], { density: 1 })).toEqual([-1, -1, -2]);
    expect(merge('ties_authors', [[1, 2, -2], [-1, 2, -2]], { density: 1 })).toEqual([-1, 2, -2]);
  });

  it('takes mean, sum or the largest', () => {
    const taskVectors = [[1, -4], [2, -1], [-1, 1]];
    expect(['mean', 'sum', 'max'].map((aggregate) => merge('ties_authors', taskVectors, { density: 1, aggregate }))).toEqual([[1.5, -2.5], [3, -5], [2, -4]]);
  });
});

const size = 100_000;
const rng = createRng(5);
const row = Float32Array.from({ length: size }, () => normal(rng));

describe('dare', () => {
  it('keeps each entry with its probability and divides by it', () => {
    const got = merge('dare_linear', [row], { density: 0.3, seed: 1, rescale: 'probability' });
    const kept = got.filter((x) => x !== 0).length / size;
    expect(Math.abs(kept - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / size));
    expect(got.every((x, e) => x === 0 || Math.abs(x - row[e]! / 0.3) < 1e-5)).toBe(true);
    // neighbours are kept independently of one another
    const pairs = got.filter((x, e) => x !== 0 && got[e + 1] !== 0).length / size;
    expect(Math.abs(pairs - 0.09)).toBeLessThan(4 * Math.sqrt(0.09 * 0.91 / size));
  });

  it('keeps the L1 norm', () => {
    const l1 = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + Math.abs(x), 0);
    expect(l1(merge('dare_linear', [row], { density: 0.3, seed: 1 })) / l1(Array.from(row))).toBeCloseTo(1, 6);
  });

  it('draws by seed, tensor and model, and asks for a seed', () => {
    const mask = (seed: number, taskVectors = [row]) => merge('dare_linear', taskVectors, { density: 0.5, seed, rescale: 'none' });
    expect(mask(1)).toEqual(mask(1));
    const other = mask(2);
    const agreement = mask(1).filter((x, e) => (x !== 0) === (other[e] !== 0)).length / size;
    expect(Math.abs(agreement - 0.5)).toBeLessThan(0.01);
    const both = merge('dare_linear', [row, row], { density: 0.5, seed: 1, rescale: 'none' });
    const twice = both.filter((x, e) => Math.abs(x - 2 * row[e]!) < 1e-5).length / size;
    expect(Math.abs(twice - 0.25)).toBeLessThan(0.01);
    expect(() => merge('dare_linear', [row], { density: 0.5 })).toThrow('dare_linear: seed must be a whole number >= 0, got nothing for x');
  });

  it('keeps everything at density 1 and nothing at 0', () => {
    expect(merge('dare_linear', [[1, -2]], { seed: 1 })).toEqual([1, -2]);
    expect(merge('dare_linear', [[1, -2]], { seed: 1, density: 0 }).map(Math.abs)).toEqual([0, 0]);
  });
});

describe('della', () => {
  it('keeps large magnitudes more often: from density − epsilon to density + epsilon by rank, ties by place', () => {
    expect(Array.from(keepProbabilities(Float32Array.of(0.5, -2, 0, 1, -1), 0.5, 0.2))).toEqual([0.4, 0.7, 0.3, 0.5, 0.6].map((p): number => expect.closeTo(p, 10) as number));
    expect(Array.from(keepProbabilities(Float32Array.of(7), 0.5, 0.2))).toEqual([0.5]);
    const got = merge('della_linear', [row], { density: 0.4, epsilon: 0.3, seed: 2, rescale: 'none' });
    const order = Array.from(row.keys()).sort((a, b) => Math.abs(row[a]!) - Math.abs(row[b]!));
    const keptOf = (from: number, to: number): number => order.slice(from * size, to * size).filter((e) => got[e] !== 0).length / ((to - from) * size);
    expect([keptOf(0, 0.1), keptOf(0.45, 0.55), keptOf(0.9, 1)]).toEqual([0.13, 0.4, 0.67].map((p): number => expect.closeTo(p, 1) as number));
  });

  it('refuses probabilities outside of (0, 1)', () => {
    expect(() => merge('della', [[1, 2]], { density: 0.1, seed: 1 })).toThrow('della: density - epsilon must be > 0 and density + epsilon < 1, got density 0.1 and epsilon 0.15 for x');
    expect(merge('della', [[1, 2]], { seed: 1 })).toEqual([1, 2]);
  });
});

describe('breadcrumbs', () => {
  it('drops the largest and enough of the smallest', () => {
    expect(merge('breadcrumbs', [[1, -2, 3, -4, 5, 6, 7, 8, 9, 10]], { density: 0.5, gamma: 0.2 })).toEqual([0, 0, 0, -4, 5, 6, 7, 8, 0, 0]);
  });
  it('keeps tensors that are too small to have outliers', () => {
    expect(merge('breadcrumbs', [[1, 2, 3, 4]], { density: 0.5 })).toEqual([0, 0, 3, 4]);
  });
  it('drops fewer outliers where the density asks for them', () => {
    expect(merge('breadcrumbs', [[1, 2, 3, 4]], { density: 0.75, gamma: 0.5 })).toEqual([1, 2, 3, 0]);
  });
});
