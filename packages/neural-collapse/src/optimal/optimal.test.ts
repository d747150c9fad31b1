import { createRng, normal, uniform } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simplexEtf } from '../etf/simplex-etf.ts';
import { channelTheory } from './channel-theory.ts';
import { type MixedPair, mixedTarget } from './mixed-target.ts';
import { optimalEtfLogits } from './optimal-etf-logits.ts';
import { optimalFeature } from './optimal-feature.ts';
import { optimalMixedFeature } from './optimal-mixed-feature.ts';
import { crossEntropyLoss, squaredErrorLoss, type TargetLoss } from './target-loss.ts';

const cases: readonly MixedPair[] = [
  { classA: 0, classB: 0, lambda: 0.3 }, { classA: 0, classB: 1, lambda: 0.5 }, { classA: 1, classB: 0, lambda: 0.75 }, { classA: 1, classB: 2, lambda: 1 }, { classA: 2, classB: 1, lambda: 0.01 },
];

const distance = (a: Float64Array, b: Float64Array): number => Math.hypot(...a.map((value, c) => value - b[c]!)) / Math.hypot(...b);

describe('optimalMixedFeature against minimising over features directly', () => {
  it.each([3, 4, 10].flatMap((classes) => [0.5, 1e-1, 1e-2, 1e-4].map((mu) => [classes, mu] as const)))('%d classes, mu %d', (numClasses, mu) => {
    const classifier = simplexEtf({ numClasses, featureDim: numClasses + 2, norm: 1.7, rng: createRng(numClasses) });
    for (const pair of cases) {
      const { feature, logits, probs } = optimalMixedFeature({ classifier, mu, ...pair });
      const general = optimalFeature({ classifier, mu, target: mixedTarget(numClasses, pair) });
      expect(distance(feature, general.feature)).toBeLessThan(1e-7);
      expect(Math.max(...logits.map((logit, k) => Math.abs(logit - general.logits[k]!)))).toBeLessThan(1e-6);
      expect(probs.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
    }
  });

  it('two classes: the feature of λ = 1/2 is 0', () => {
    const classifier = simplexEtf({ numClasses: 2, featureDim: 3 });
    const { feature, probs } = optimalMixedFeature({ classifier, mu: 0.01, classA: 0, classB: 1, lambda: 0.5 });
    for (const value of feature) expect(value).toBeCloseTo(0, 12);
    expect([...probs]).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
  });

  it('the gradient (p − y) W + μ h is 0, for any classifier and loss', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 8 }), fc.double({ min: 1e-3, max: 10, noNaN: true }), fc.nat(), fc.boolean(), (classes, d, mu, seed, squared) => {
      const rng = createRng(seed);
      const classifier = Array.from({ length: classes }, () => Array.from({ length: d }, () => normal(rng)));
      const bias = Array.from({ length: classes }, () => normal(rng));
      const target = mixedTarget(classes, { classA: 0, classB: 1, lambda: uniform(rng) }, 0.1);
      const loss = squared ? squaredErrorLoss : crossEntropyLoss;
      const { feature, logits } = optimalFeature({ classifier, bias, target, mu, loss });
      const residual = loss.gradient(logits, target);
      for (const [c, value] of feature.entries()) {
        const gradient = classifier.reduce((sum, row, k) => sum + row[c]! * residual[k]!, mu * value);
        expect(Math.abs(gradient)).toBeLessThan(1e-10);
      }
      for (const [k, row] of classifier.entries()) expect(logits[k]).toBeCloseTo(row.reduce((sum, weight, c) => sum + weight * feature[c]!, bias[k]!), 8);
    }), { numRuns: 80, seed: 2 });
  });
});

describe('the shape of the optimum', () => {
  it('same-class features do not depend on λ and lie on the classifier\'s row', () => {
    const classifier = simplexEtf({ numClasses: 5, featureDim: 7, rng: createRng(3) });
    const [a, b] = [0.1, 0.8].map((lambda) => optimalMixedFeature({ classifier, mu: 0.01, classA: 2, classB: 2, lambda }).feature) as [Float64Array, Float64Array];
    expect(distance(a, b)).toBeLessThan(1e-13);
    const row = classifier.data.subarray(14, 21);
    expect(a.reduce((sum, value, c) => sum + value * row[c]!, 0) / Math.hypot(...a)).toBeCloseTo(1, 12);
  });

  it('swapping the classes and λ for 1 − λ changes nothing', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 1e-5, max: 1, noNaN: true }), (lambda, mu) => {
      const { logits } = optimalEtfLogits(mixedTarget(6, { classA: 1, classB: 4, lambda }), { norm: 1, mu });
      const swapped = optimalEtfLogits(mixedTarget(6, { classA: 4, classB: 1, lambda: 1 - lambda }), { norm: 1, mu }).logits;
      for (const [k, logit] of logits.entries()) expect(logit).toBeCloseTo(swapped[k]!, 8);
    }), { seed: 4 });
  });

  it.each([
    [3, 0.1, 1.315], [3, 1e-2, 1.517], [3, 1e-4, 1.713], [3, 1e-6, 1.799],
    [10, 0.1, 1.344], [10, 1e-2, 1.563], [10, 1e-4, 1.735], [10, 1e-6, 1.811],
    [100, 0.1, 1.396], [100, 1e-2, 1.653], [100, 1e-4, 1.777], [100, 1e-6, 1.834],
  ])('amplification of %d classes at mu %d is %d', (numClasses, mu, expected) => {
    expect(channelTheory({ numClasses, norm: 1, mu, lambdas: [] }).amplification).toBeCloseTo(expected, 3);
  });

  it('is solved down to mu = 1e-9 without overflow, logit differences near logit(λ)', () => {
    const { logits, probs } = optimalEtfLogits(mixedTarget(1000, { classA: 3, classB: 5, lambda: 0.9 }), { norm: 1, mu: 1e-9 });
    expect(probs.every((p) => p > 0 && p < 1)).toBe(true);
    expect(logits[3]! - logits[5]!).toBeCloseTo(Math.log(9), 6);
  });

  it('has no amplification and no component along the boundary for two classes', () => {
    const { along, across, amplification } = channelTheory({ numClasses: 2, norm: 1, mu: 0.01, lambdas: [0.5, 0.8] });
    expect([...along, amplification].every(Number.isNaN)).toBe(true);
    expect(across[0]).toBeCloseTo(0, 12);
    expect(across[1]).toBeGreaterThan(0);
  });

  it('mean squared error: features of mixed labels are mixtures, W ᵀy / (m² C / (C − 1) + μ)', () => {
    const classifier = simplexEtf({ numClasses: 4, featureDim: 6, norm: 2 });
    const at = (pair: MixedPair): Float64Array => optimalFeature({ classifier, target: mixedTarget(4, pair), mu: 0.3, loss: squaredErrorLoss }).feature;
    const [first, second, mixed] = [at({ classA: 0, classB: 0, lambda: 1 }), at({ classA: 1, classB: 1, lambda: 1 }), at({ classA: 0, classB: 1, lambda: 0.3 })];
    for (const [c, value] of mixed.entries()) {
      expect(value).toBeCloseTo(0.3 * first[c]! + 0.7 * second[c]!, 12);
      expect(value).toBeCloseTo((0.3 * classifier.data[c]! + 0.7 * classifier.data[6 + c]!) / ((4 * 4) / 3 + 0.3), 12);
    }
  });

  it('label smoothing: the gap of logits is capped at log((1 − ε + ε/C) / (ε/C)) however small mu is', () => {
    const { logits } = optimalEtfLogits(mixedTarget(10, { classA: 0, classB: 0, lambda: 1 }, 0.1), { norm: 1, mu: 1e-8 });
    expect(logits[0]! - logits[1]!).toBeCloseTo(Math.log(0.91 / 0.01), 4);
  });

  it('is possible for 100 classes and 512 features', () => {
    const rng = createRng(9);
    const classifier = { shape: [100, 512], data: Float64Array.from({ length: 51_200 }, () => normal(rng, 0, 0.1)) };
    const { feature, probs } = optimalFeature({ classifier, target: mixedTarget(100, { classA: 3, classB: 7, lambda: 0.6 }), mu: 0.01 });
    const residual = probs.map((p, k) => p - (k === 3 ? 0.6 : k === 7 ? 0.4 : 0));
    const gradient = feature.map((value, c) => residual.reduce((sum, value2, k) => sum + value2 * classifier.data[k * 512 + c]!, 0.01 * value));
    expect(Math.hypot(...gradient)).toBeLessThan(1e-10);
  });
});

describe('losses of logits', () => {
  it.each([['crossEntropyLoss', crossEntropyLoss], ['squaredErrorLoss', squaredErrorLoss]] as [string, TargetLoss][])('%s: gradient and Hessian against differences', (_, loss) => {
    const logits = Float64Array.of(0.3, -1.2, 2);
    const target = Float64Array.of(0.2, 0.7, 0.1);
    const h = 1e-5;
    const moved = (k: number, by: number): Float64Array => logits.map((value, j) => value + (j === k ? by : 0));
    for (let k = 0; k < 3; k++) {
      expect(loss.gradient(logits, target)[k]).toBeCloseTo((loss.value(moved(k, h), target) - loss.value(moved(k, -h), target)) / (2 * h), 8);
      const [up, down] = [loss.gradient(moved(k, h), target), loss.gradient(moved(k, -h), target)];
      for (let j = 0; j < 3; j++) expect(loss.hessian(logits, target)[3 * k + j]).toBeCloseTo((up[j]! - down[j]!) / (2 * h), 8);
    }
  });

  it('cross entropy is finite at ±10⁴', () => {
    expect(crossEntropyLoss.value(Float64Array.of(1e4, -1e4), Float64Array.of(1, 0))).toBe(0);
    expect(crossEntropyLoss.value(Float64Array.of(1e4, -1e4), Float64Array.of(0, 1))).toBe(2e4);
  });
});

describe('what is refused', () => {
  const classifier = simplexEtf({ numClasses: 3, featureDim: 3 });
  it.each([
    [() => optimalMixedFeature({ classifier, mu: 0.1, classA: 0, classB: 3, lambda: 0.5 }), 'optimalMixedFeature: classB must be a whole number in [0, 3), got 3'],
    [() => optimalMixedFeature({ classifier, mu: 0.1, classA: 0, classB: 1, lambda: NaN }), 'optimalMixedFeature: lambda must be in [0, 1], got NaN'],
    [() => optimalMixedFeature({ classifier, mu: 0, classA: 0, classB: 1, lambda: 1 }), 'optimalMixedFeature: mu must be > 0 and finite, got 0'],
    [() => optimalMixedFeature({ classifier: [[1, 0], [0, 1]], mu: 1, classA: 0, classB: 1, lambda: 1 }), 'optimalMixedFeature: classifier must be a simplex ETF (optimalFeature takes any)'],
    [() => optimalFeature({ classifier: [[1, 0], [0, 0]], target: [1, 0], mu: 1 }), 'optimalFeature: classifier: row 1 must not be zero'],
    [() => optimalFeature({ classifier: [[1, 0], [0, 1]], target: [1, 0.5], mu: 1 }), 'optimalFeature: target must sum to 1, got 1.5'],
    [() => optimalFeature({ classifier: [[1, 0], [0, 1]], target: [1.5, -0.5], mu: 1 }), 'optimalFeature: target[1] must be >= 0, got -0.5'],
    [() => optimalFeature({ classifier: [[1, 0], [0, 1]], target: [1, 0, 0], mu: 1 }), 'optimalFeature: target must have shape [2], got [3]'],
    [() => optimalFeature({ classifier: [[1, 0], [0, 1]], bias: [1, NaN], target: [1, 0], mu: 1 }), 'optimalFeature: bias[1] must be finite, got NaN'],
    [() => channelTheory({ numClasses: 3, norm: 1, mu: 1, lambdas: [0.5, 2] }), 'channelTheory: lambdas[1] must be in [0, 1], got 2'],
    [() => channelTheory({ numClasses: 1, norm: 1, mu: 1, lambdas: [] }), 'channelTheory: numClasses must be a whole number >= 2, got 1'],
    [() => mixedTarget(3, { classA: 0, classB: 1, lambda: 0.5 }, 2), 'mixedTarget: smoothing must be in [0, 1], got 2'],
    [() => optimalEtfLogits([1], { norm: 1, mu: 1 }), 'optimalEtfLogits: target must have at least 2 classes, got 1'],
  ])('%#: %s', (call, message) => {
    expect(call).toThrow(new RangeError(message));
  });

  it('a loss that has no minimum', () => {
    const concave: TargetLoss = { value: (z) => -z[0]! - z[0]! ** 2, gradient: (z) => z.map((value, k) => (k === 0 ? -1 - 2 * value : 0)), hessian: () => new Float64Array(4) };
    expect(() => optimalFeature({ classifier: [[1, 0], [0, 1]], target: [1, 0], mu: 1e-3, loss: concave })).toThrow('the loss must be convex');
  });
});
