import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { simplexEtf } from '../etf/simplex-etf.ts';
import { channelTheory } from '../optimal/channel-theory.ts';
import { type MixedPair, mixedTarget } from '../optimal/mixed-target.ts';
import { optimalFeature } from '../optimal/optimal-feature.ts';
import { optimalMixedFeature } from '../optimal/optimal-mixed-feature.ts';
import { squaredErrorLoss } from '../optimal/target-loss.ts';
import { channelCoordinates } from './channel-coordinates.ts';
import { channelSummary } from './channel-summary.ts';
import { compareLayers, layerwise } from './layerwise.ts';
import { mixedFeatures, mixedPairs, type MixedPairs } from './mixed-features.ts';

const labels = [0, 1, 2, 0, 1];
const permutations = [[1, 0, 2, 4, 3], [0, 1, 2, 3, 4], [2, 3, 4, 0, 1]];
const lambdas = [0.5, 0.8, 1];

describe('mixedPairs', () => {
  it('runs through the samples for each λ', () => {
    const { samples, lambda, partner, classA, classB } = mixedPairs({ labels, lambdas, permutations });
    expect(samples).toBe(5);
    expect([...lambda]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.8, 0.8, 0.8, 0.8, 0.8, 1, 1, 1, 1, 1]);
    expect([...partner]).toEqual(permutations.flat());
    expect([...classA]).toEqual([...labels, ...labels, ...labels]);
    expect([...classB]).toEqual(permutations.flat().map((n) => labels[n]));
  });

  it('draws one permutation for each λ; the same seed the same ones', () => {
    const [a, b, c] = [0, 0, 1].map((seed) => mixedPairs({ labels, rng: createRng(seed) })) as [MixedPairs, MixedPairs, MixedPairs];
    expect(a).toEqual(b);
    expect(a.partner).not.toEqual(c.partner);
    expect([...new Set(a.lambda)]).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    for (let r = 0; r < 6; r++) expect([...a.partner.subarray(5 * r, 5 * r + 5)].toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    [{ labels, lambdas: [], rng: createRng(0) }, 'mixedPairs: lambdas must be at least one, got none'],
    [{ labels, lambdas: [0.5, NaN], rng: createRng(0) }, 'mixedPairs: lambdas[1] must be in [0, 1], got NaN'],
    [{ labels, lambdas: [0.5], permutations: [] }, 'mixedPairs: permutations must be one for each of 1 lambdas, got 0'],
    [{ labels, lambdas: [0.5], permutations: [[1, 2]] }, 'mixedPairs: permutations[0] must have 5 partners, got 2'],
    [{ labels, lambdas: [0.5], permutations: [[0, 1, 2, 3, 5]] }, 'mixedPairs: permutations[0][4] must be a whole number in [0, 5), got 5'],
    [{ labels: [0, -1], rng: createRng(0) }, 'mixedPairs: labels: row 1 must be a whole number in [0, Infinity), got -1'],
    [{ labels }, 'mixedPairs: either permutations or an rng must be given'],
  ])('refuses %o', (options, message) => {
    expect(() => mixedPairs(options)).toThrow(message);
  });
});

describe('mixedFeatures', () => {
  const inputs = hostTensor('float32', [5, 2, 3, 1], Float32Array.from({ length: 30 }, (_, i) => i));

  it.each([1, 4, 500])('gives the extractor mixed inputs of their own shape, %d at once', async (batchSize) => {
    const shapes: (readonly number[])[] = [];
    const { features } = await mixedFeatures({
      inputs, labels, lambdas, permutations, batchSize,
      extract: async (x) => {
        shapes.push(x.shape);
        return { same: x, sum: hostTensor('float64', [x.shape[0]!, 1], Float64Array.from({ length: x.shape[0]! }, (_, n) => x.data.subarray(6 * n, 6 * n + 6).reduce((total, value) => total + value, 0))) };
      },
    });
    expect(shapes[0]).toEqual([Math.min(15, batchSize), 2, 3, 1]);
    expect(features['same']!.shape).toEqual([15, 6]);
    for (let row = 0; row < 15; row++) {
      const [n, lambda, other] = [row % 5, lambdas[Math.floor(row / 5)]!, permutations.flat()[row]!];
      for (let c = 0; c < 6; c++) expect(features['same']!.data[6 * row + c]).toBeCloseTo(lambda * (6 * n + c) + (1 - lambda) * (6 * other + c), 4);
      expect(features['sum']!.data[row]).toBeCloseTo(lambda * (36 * n + 15) + (1 - lambda) * (36 * other + 15), 3);
    }
  });

  it('refuses features that are not finite or not one a row, labels that do not fit', async () => {
    const call = (extract: Parameters<typeof mixedFeatures>[0]['extract'], of: readonly number[] = labels): Promise<unknown> => mixedFeatures({ inputs, labels: [...of], lambdas: [1], rng: createRng(0), extract });
    await expect(call(() => ({ last: [[1], [NaN], [1], [1], [1]] }))).rejects.toThrow("mixedFeatures: features 'last': row 1, column 0 must be finite, got NaN");
    await expect(call(() => ({ last: [[1]] }))).rejects.toThrow("mixedFeatures: features 'last' must have 5 rows, got 1");
    await expect(call((x) => ({ x }), [0, 1])).rejects.toThrow('mixedFeatures: labels must be one for each of 5 inputs, got 2');
    await expect(mixedFeatures({ inputs, labels, rng: createRng(0), batchSize: 0, extract: (x) => ({ x }) })).rejects.toThrow('mixedFeatures: batchSize must be a whole number >= 1, got 0');
  });
});

/** Features that are exactly optimal for all ordered pairs of classes and some λ. */
function optimalFeatures(loss: 'cross entropy' | 'squared error', numClasses = 4): MixedPairs & { features: ReturnType<typeof hostTensor<'float64'>>; classifier: ReturnType<typeof simplexEtf>; at: (pair: MixedPair) => Float64Array } {
  const classifier = simplexEtf({ numClasses, featureDim: 6, rng: createRng(1) });
  const at = (pair: MixedPair): Float64Array =>
    (loss === 'cross entropy' ? optimalMixedFeature({ classifier, mu: 0.01, ...pair }) : optimalFeature({ classifier, mu: 0.01, target: mixedTarget(numClasses, pair), loss: squaredErrorLoss })).feature;
  const pairs = [0.5, 0.7, 1].flatMap((lambda) => Array.from({ length: numClasses ** 2 }, (_, i): MixedPair => ({ classA: Math.floor(i / numClasses), classB: i % numClasses, lambda })));
  return {
    samples: numClasses ** 2, partner: Int32Array.from(pairs, () => 0), lambda: Float64Array.from(pairs, (pair) => pair.lambda), classA: Int32Array.from(pairs, (pair) => pair.classA),
    classB: Int32Array.from(pairs, (pair) => pair.classB), features: hostTensor('float64', [pairs.length, 6], Float64Array.from(pairs.flatMap((pair) => [...at(pair)]))), classifier, at,
  };
}

describe('channelSummary', () => {
  it('of optimal features says what theory says', () => {
    const optimal = optimalFeatures('cross entropy');
    const rows = channelSummary({ ...optimal, optimum: optimal.at });
    const theory = channelTheory({ numClasses: 4, norm: 1, mu: 0.01, lambdas: [0.5, 0.7] });
    expect(rows).toHaveLength(48);
    for (const row of rows) {
      expect(row.distanceToOptimum).toBeCloseTo(0, 12);
      if (row.classA === row.classB) expect(row).toMatchObject({ alignment: expect.closeTo(1, 10) as number, along: null, across: null, offPlane: null, amplification: null });
      else expect(row).toMatchObject({ alignment: null, offPlane: expect.closeTo(0, 6) as number });
      if (row.classA === row.classB || row.lambda === 1) continue;
      const at = row.lambda === 0.5 ? 0 : 1;
      expect(row.along).toBeCloseTo(theory.along[at]!, 10);
      expect(row.across).toBeCloseTo(theory.across[at]!, 10);
      expect(row.amplification ?? theory.amplification).toBeCloseTo(theory.amplification, 10);
      expect(row.amplification === null).toBe(row.lambda !== 0.5);
      expect(row.linearityError).toBeGreaterThan(0.1);
    }
  });

  it('of features of mixup with mean squared error: straight lines, no amplification', () => {
    for (const { linearityError, amplification } of channelSummary(optimalFeatures('squared error'))) {
      expect(linearityError).toBeCloseTo(0, 12);
      expect(amplification ?? 1).toBeCloseTo(1, 12);
    }
  });

  it('means are over the rows of a pair and λ; class means and origin can be given', () => {
    const input = { features: [[1, 1], [3, 5], [7, 1]], lambda: Float64Array.of(0.5, 0.5, 1), classA: Int32Array.of(0, 0, 1), classB: Int32Array.of(1, 1, 1), classifier: [[1, 0], [0, 1]], classMeans: [[4, 0], [0, 4]], origin: [1, 1] };
    const [mixed, same] = channelSummary(input);
    expect(mixed).toMatchObject({ count: 2, along: expect.closeTo(3 / Math.SQRT2, 12) as number, across: expect.closeTo(-1 / Math.SQRT2, 12) as number, offPlane: expect.closeTo(0, 12) as number });
    expect(mixed!.amplification).toBeCloseTo(Math.hypot(1, 2) / Math.hypot(1, 1), 12);
    expect(mixed!.linearityError).toBeCloseTo(1 / Math.hypot(3, 1), 12);
    expect(same).toMatchObject({ classA: 1, classB: 1, lambda: 1, count: 1, alignment: expect.closeTo(0, 12) as number, distanceToOptimum: null });
  });

  it('two classes have no direction along the boundary: null', () => {
    const rows = channelSummary(optimalFeatures('cross entropy', 2));
    expect(rows.find(({ classA, classB, lambda }) => classA === 0 && classB === 1 && lambda === 0.5)).toMatchObject({ along: null, offPlane: null, amplification: null });
  });

  it('refuses what does not fit', () => {
    const input = { features: [[1, 1]], lambda: Float64Array.of(0.5), classA: Int32Array.of(0), classB: Int32Array.of(1), classifier: [[1, 0], [0, 1]] };
    expect(() => channelSummary(input)).toThrow('channelSummary: features must have rows of λ = 1 of class 0, or classMeans be given');
    expect(() => channelSummary({ ...input, classB: Int32Array.of(2) })).toThrow('channelSummary: classB: row 0 must be a whole number in [0, 2), got 2');
    expect(() => channelSummary({ ...input, features: [[1, 1, 1]] })).toThrow('channelSummary: features must have shape [rows, 2], got [1, 3]');
    expect(() => channelSummary({ ...input, classMeans: [[1, 0]] })).toThrow('channelSummary: classMeans must have shape [2, 2], got [1, 2]');
    expect(() => channelSummary({ ...input, classifier: [[0, 0], [0, 1]] })).toThrow('channelSummary: classifier: row 0 must not be zero');
  });
});

describe('channelCoordinates', () => {
  it('are components on the sum and the difference of two rows, whatever their angle', () => {
    const { along, across, offPlane } = channelCoordinates({ features: [[3, 4, 0], [0, 0, 2], [1, 1, 1]], classA: [0, 0, 1], classB: [1, 1, 1], classifier: [[2, 0, 0], [0, 2, 0]] });
    expect([...along]).toEqual([expect.closeTo(7 / Math.SQRT2, 12), 0, NaN]);
    expect([...across]).toEqual([expect.closeTo(-1 / Math.SQRT2, 12), 0, NaN]);
    expect([...offPlane]).toEqual([expect.closeTo(0, 7), 1, NaN]);
    const skew = channelCoordinates({ features: [[1, 5, 0]], classA: [0], classB: [1], classifier: [[3, 0, 0], [1, 1, 0]], origin: [0, 1, 0] });
    expect(skew.along[0]).toBeCloseTo((4 + 4) / Math.hypot(4, 1), 12);
    expect(skew.offPlane[0]).toBeCloseTo(0, 12);
  });
});

describe('layerwise', () => {
  const rng = createRng(3);
  const means = Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => 3 * normal(rng)));
  const inputs = Array.from({ length: 60 }, (_, n) => means[n % 3]!.map((value) => value + normal(rng, 0, 0.1)));
  const mixedOf = (bend: number) => mixedFeatures({
    inputs, labels: inputs.map((_, n) => n % 3), lambdas: [0.5, 0.8, 1], rng: createRng(4),
    extract: (x) => ({ straight: x, scaled: hostTensor('float32', x.shape, x.data.map((value) => 5 * value + 2)), bent: hostTensor('float32', x.shape, x.data.map((value) => Math.tanh(bend * value))) }),
  });

  it('sees a layer that maps linearly as such, whatever its scale and offset, and one that bends', async () => {
    const rows = layerwise(await mixedOf(1));
    const at = (layer: string) => rows.filter((row) => row.layer === layer);
    for (const [i, row] of at('straight').entries()) {
      expect(row.linearityError).toBeLessThan(0.1);
      if (row.amplification !== null) expect(row.amplification).toBeCloseTo(1, 1);
      const { layer: _, ...numbers } = at('scaled')[i]!;
      for (const [key, value] of Object.entries(numbers)) expect(value === null || typeof value === 'string' ? 0 : value - (row[key as 'lambda'] ?? 0)).toBeCloseTo(0, 4);
    }
    const bent = at('bent').find(({ kind, lambda }) => kind === 'different' && lambda === 0.5)!;
    expect(bent.linearityError).toBeGreaterThan(0.2);
    expect(at('bent').map(({ kind, lambda }) => [kind, lambda])).toEqual([['same', 0.5], ['same', 0.8], ['same', 1], ['different', 0.5], ['different', 0.8], ['different', 1]]);
  });

  it('compares two networks layer by layer: 0 with itself', async () => {
    const [a, b] = [layerwise(await mixedOf(1)), layerwise(await mixedOf(0.05))];
    for (const layer of Object.values(compareLayers(a, a))) for (const value of Object.values(layer)) expect(value).toBe(0);
    const difference = compareLayers(a, b);
    expect(Object.keys(difference)).toEqual(['straight', 'scaled', 'bent']);
    expect(difference['straight']!['linearityError']).toBe(0);
    expect(difference['bent']!['linearityError']).toBeGreaterThan(0.1);
  });

  it('needs unmixed rows', async () => {
    const mixed = await mixedFeatures({ inputs, labels: inputs.map((_, n) => n % 3), lambdas: [0.5], rng: createRng(4), extract: (x) => ({ x }) });
    expect(() => layerwise(mixed)).toThrow('layerwise: lambda must hold 1, whose rows are the unmixed samples');
  });
});
