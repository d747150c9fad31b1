import { createRng, dirichlet, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnPredictions, matrixOf, rowsOf } from '../../fixtures.ts';
import { brierScore } from '../../scores/brier-score.ts';
import { negativeLogLikelihood } from '../../scores/negative-log-likelihood.ts';
import { applyEnsembleTemperature, fitEnsembleTemperature } from './ensemble-temperature.ts';
import { type Matrix3, simplexQp, type Vector3 } from './simplex-qp.ts';

describe('simplexQp', () => {
  it('is no worse than any other point of the simplex', () => {
    const rng = createRng(1);
    for (let trial = 0; trial < 200; trial++) {
      const rank = 1 + (trial % 3);
      const a = Array.from({ length: rank }, () => [0, 1, 2].map(() => uniform(rng) - 0.5));
      const g = [0, 1, 2].map((i) => [0, 1, 2].map((j) => a.reduce((sum, row) => sum + row[i]! * row[j]!, 0))) as unknown as Matrix3;
      const c = [0, 1, 2].map(() => 0.5 * (uniform(rng) - 0.5)) as unknown as Vector3;
      const objective = (w: ArrayLike<number>): number => [0, 1, 2].reduce((sum, i) => sum + w[i]! * ([0, 1, 2].reduce((row, j) => row + g[i]![j]! * w[j]!, 0) / 2 - c[i]!), 0);
      const best = simplexQp(g, c);
      expect(best.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
      for (let i = 0; i < 100; i++) expect(objective(best)).toBeLessThanOrEqual(objective(dirichlet(rng, [0.5, 0.5, 0.5])) + 1e-12);
    }
  });
});

describe.each(['mse', 'nll'] as const)('fitEnsembleTemperature by %s', (criterion) => {
  const { logits, labels } = drawnPredictions(6, 500, 5, 3);
  const loss = (probabilities: ReturnType<typeof applyEnsembleTemperature>): number => (criterion === 'mse' ? brierScore({ probabilities }, labels) / 5 : negativeLogLikelihood({ probabilities }, labels));

  it('has the objective that its probabilities have, and no neighbour is better', () => {
    const found = fitEnsembleTemperature(logits, labels, { criterion });
    expect(loss(applyEnsembleTemperature(found, logits))).toBeCloseTo(found.objective, 12);
    const rng = createRng(2);
    for (let i = 0; i < 50; i++) {
      const other = dirichlet(rng, [1, 1, 1]);
      const share = 10 ** -(i % 6);
      const weights = found.weights.map((w, j) => (1 - share) * w + share * other[j]!) as unknown as Vector3;
      expect(loss(applyEnsembleTemperature({ ...found, weights }, logits))).toBeGreaterThanOrEqual(found.objective - 1e-13);
    }
  });

  it('keeps the order of classes', () => {
    const found = fitEnsembleTemperature(logits, labels, { criterion });
    const best = (rows: number[][]): number[] => rows.map((row) => row.indexOf(Math.max(...row)));
    expect(best(rowsOf(applyEnsembleTemperature(found, logits)))).toEqual(best(rowsOf(logits)));
  });
});

it('is a mixture of the three distributions', () => {
  const { data } = applyEnsembleTemperature({ temperature: 2, weights: [0.5, 0.3, 0.2] }, matrixOf([[2, 0]]));
  expect(data[0]).toBeCloseTo(0.5 / (1 + Math.exp(-1)) + 0.3 / (1 + Math.exp(-2)) + 0.1, 15);
});

it('names what it cannot use', () => {
  expect(() => fitEnsembleTemperature(matrixOf([[0, 1]]), [0], { criterion: 'mae' as 'mse' })).toThrow("fitEnsembleTemperature: criterion must be 'mse' or 'nll', got 'mae'");
  expect(() => fitEnsembleTemperature(matrixOf([[0, 1]]), [5])).toThrow('fitEnsembleTemperature: labels: row 0 must be a whole number in [0, 2), got 5');
});
