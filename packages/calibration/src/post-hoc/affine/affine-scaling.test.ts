import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnPredictions, matrixOf } from '../../fixtures.ts';
import { softmax } from '../../inputs/softmax.ts';
import { negativeLogLikelihood } from '../../scores/negative-log-likelihood.ts';
import { fitTemperature } from '../temperature/temperature-scaling.ts';
import { applyDirichlet, fitDirichlet } from './dirichlet-scaling.ts';
import { applyMatrixScaling, fitMatrixScaling } from './matrix-scaling.ts';
import { applyVectorScaling, fitVectorScaling } from './vector-scaling.ts';

/** Logits whose classes are off by factors and shifts of their own. */
function distorted(seed: number, n: number, classes: number) {
  const { logits, labels } = drawnPredictions(seed, n, classes);
  const rng = createRng(seed + 1000);
  const [factor, shift] = [0, 1].map((at) => Array.from({ length: classes }, () => at + normal(rng, at, 0.3))) as [number[], number[]];
  return { labels, logits: hostTensor('float64', [n, classes], logits.data.map((z, i) => 2 * z * factor[i % classes]! + shift[i % classes]!)) };
}

/** The objective by its definition. */
function objective(u: readonly (readonly number[])[], labels: Int32Array, w: readonly (readonly number[])[] | null, b: readonly number[], lambda: number, mu: number): number {
  const k = b.length;
  const nll = u.reduce((sum, row, n) => sum + Math.log(row.reduce((s, x) => s + Math.exp(x), 0)) - row[labels[n]!]!, 0) / u.length;
  const off = w ? w.flatMap((row, i) => row.filter((_, j) => j !== i)).reduce((s, x) => s + x * x, 0) / (k * (k - 1)) : 0;
  return nll + lambda * off + (mu / k) * b.reduce((s, x) => s + x * x, 0);
}

const rowsOf = (values: Float64Array, k: number): number[][] => Array.from({ length: values.length / k }, (_, n) => Array.from(values.subarray(n * k, (n + 1) * k)));

describe.each([2, 3, 10])('affine maps of %d classes', (classes) => {
  const { logits, labels } = distorted(classes, 400, classes);

  it('reach an optimum: no step along an axis lowers the objective', () => {
    const penalties = { lambda: 0.02, mu: 0.05 };
    const found = fitMatrixScaling(logits, labels, penalties);
    expect(found).toMatchObject({ converged: true, warnings: [] });
    const at = (weights: readonly (readonly number[])[], bias: readonly number[]): number => objective(rowsOf(applyMatrixScaling({ weights, bias }, logits).data, classes), labels, weights, bias, penalties.lambda, penalties.mu);
    const best = at(found.weights, found.bias);
    expect(found.objective).toBeCloseTo(best, 13);
    for (let i = 0; i < Math.min(3, classes); i++) {
      for (const step of [-1e-5, 1e-5]) {
        expect(at(found.weights, found.bias.map((b, j) => (i === j ? b + step : b)))).toBeGreaterThan(best - 1e-15);
        expect(at(found.weights.map((row, j) => (i === j ? row.map((w, k) => (k === 0 ? w + step : w)) : row)), found.bias)).toBeGreaterThan(best - 1e-15);
      }
    }
  });

  it('are the better the more freedom they have', () => {
    const nll = (scaled: Parameters<typeof softmax>[0]): number => negativeLogLikelihood({ logits: scaled }, labels);
    const { temperature } = fitTemperature(logits, labels);
    const vector = fitVectorScaling(logits, labels);
    const matrix = fitMatrixScaling(logits, labels, { lambda: 0, mu: 0 });
    expect([vector.converged, matrix.converged]).toEqual([true, true]);
    const losses = [nll(logits), nll(hostTensor('float64', logits.shape, logits.data.map((z) => z / temperature))), nll(applyVectorScaling(vector, logits)), nll(applyMatrixScaling(matrix, logits))];
    losses.slice(1).forEach((loss, i) => expect(loss).toBeLessThanOrEqual(losses[i]! + 1e-12));
    expect(losses[3]).toBeCloseTo(matrix.objective, 12);
    expect(Math.abs(vector.bias.reduce((sum, b) => sum + b, 0))).toBeLessThan(1e-12);
  });

  it('with huge penalties are one weight per class and no bias', () => {
    const matrix = fitMatrixScaling(logits, labels, { lambda: 1e7, mu: 1e7 });
    const vector = fitVectorScaling(logits, labels, { mu: 1e7 });
    expect(matrix.converged).toBe(true);
    matrix.weights.forEach((row, i) => expect(row[i]).toBeCloseTo(vector.weights[i]!, 5));
  });

  it('of log-probabilities do not depend on how these are given', () => {
    const probabilities = softmax(logits);
    const [a, b] = [fitDirichlet({ logits }, labels), fitDirichlet({ probabilities }, labels)];
    expect(a.converged && b.converged).toBe(true);
    applyDirichlet(a, { logits }).data.forEach((u, i) => expect(u).toBeCloseTo(applyDirichlet(b, { probabilities }).data[i]!, 7));
  });
});

describe('fits that have no optimum', () => {
  const separable = matrixOf([[3, 0, 0], [0, 2, 1], [0, 1, 2], [4, 1, 0]]);

  it('say that every sample can be classified rightly', () => {
    for (const found of [fitVectorScaling(separable, [0, 1, 2, 0]), fitMatrixScaling(separable, [0, 1, 2, 0], { lambda: 0, mu: 0 })]) {
      expect(found.warnings).toEqual([expect.stringMatching(/no optimum: every sample can be classified rightly/)]);
      expect([...found.weights.flat(), ...found.bias].every(Number.isFinite)).toBe(true);
    }
  });

  it('name classes without samples', () => {
    const { logits } = drawnPredictions(4, 100, 4);
    const labels = Int32Array.from({ length: 100 }, (_, n) => (n % 3 === 2 ? 3 : n % 3));
    expect(fitVectorScaling(logits, labels).warnings[0]).toMatch(/no sample of class 2, whose bias falls for ever/);
    expect(fitVectorScaling(logits, labels, { mu: 0.01 }).warnings).toEqual([]);
  });

  it('are the identity up to what changes nothing for constant logits of one class', () => {
    expect(fitMatrixScaling(matrixOf([[3], [4]]), [0, 0])).toMatchObject({ converged: true, objective: 0 });
    expect(fitVectorScaling(matrixOf([[1, 1], [1, 1]]), [0, 1])).toMatchObject({ converged: true });
  });
});

it('names what it cannot use', () => {
  expect(() => fitMatrixScaling(matrixOf([[0, 1]]), [0], { lambda: -1 })).toThrow('fitMatrixScaling: lambda must be a number >= 0, got -1');
  expect(() => fitVectorScaling(matrixOf([[0, 1]]), [0], { mu: NaN })).toThrow('fitVectorScaling: mu must be a number >= 0, got NaN');
  expect(() => fitVectorScaling(matrixOf([[0, NaN]]), [0])).toThrow('fitVectorScaling: logits: row 0, class 1 must be finite, got NaN');
  expect(() => fitDirichlet({ probabilities: matrixOf([[0.5, 0.5], [0.5, 0.4]]) }, [0, 1])).toThrow(/fitDirichlet: probabilities: row 1 must sum to 1/);
  expect(() => applyVectorScaling({ weights: [1, 1], bias: [0, 0] }, matrixOf([[1, 2, 3]]))).toThrow('applyVectorScaling: the calibrator is for 2 classes, got 3');
});
