import { hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { expectedCalibrationError } from '../../binned/expected-calibration-error.ts';
import { drawnPredictions, matrixOf, rowsOf } from '../../fixtures.ts';
import { brierScore } from '../../scores/brier-score.ts';
import { negativeLogLikelihood } from '../../scores/negative-log-likelihood.ts';
import { applyTemperature, fitTemperature } from './temperature-scaling.ts';

/** mean_n Σ_k p z − z_y by its definition. */
function slopeAt(rows: readonly number[][], labels: ArrayLike<number>, beta: number): number {
  return rows.reduce((sum, z, n) => {
    const weights = z.map((x) => Math.exp(beta * (x - Math.max(...z))));
    const total = weights.reduce((a, b) => a + b);
    return sum + z.reduce((s, x, k) => s + (x * (weights[k] ?? 0)) / total, 0) - (z[labels[n] ?? 0] ?? 0);
  }, 0) / rows.length;
}

describe('fitTemperature', () => {
  it.each([0.5, 2, 4])('finds the temperature %d that the labels were drawn with', (temperature) => {
    const { logits, labels } = drawnPredictions(11, 20_000, 5, temperature);
    expect(fitTemperature(logits, labels).temperature / temperature).toBeCloseTo(1, 1.5);
  });

  it('stops where the derivative of the NLL vanishes', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { logits, labels } = drawnPredictions(seed, 40, 3, 0.2 + seed / 3);
      const { beta, atBound, iterations } = fitTemperature(logits, labels);
      expect(atBound).toBe(false);
      expect(Math.abs(slopeAt(rowsOf(logits), labels, beta))).toBeLessThan(1e-12);
      expect(iterations).toBeLessThan(20);
    }
  });

  it('does so on a million rows', () => {
    const { logits, labels } = drawnPredictions(5, 1000, 3, 3);
    const data = new Float64Array(3e6);
    const many = new Int32Array(1e6);
    for (let i = 0; i < 1000; i++) {
      data.set(logits.data.map((z) => z * (1 + i / 1000)), i * 3000);
      many.set(labels, i * 1000);
    }
    const found = fitTemperature(hostTensor('float64', [1e6, 3], data), many);
    expect(Math.abs(found.slope)).toBeLessThan(1e-12);
  });

  it('scales with the logits', () => {
    const { logits, labels } = drawnPredictions(2, 200, 4, 2);
    const { temperature } = fitTemperature(logits, labels);
    for (const scale of [0.1, 3, 12]) {
      const scaled = hostTensor('float64', logits.shape, logits.data.map((z) => z * scale));
      expect(fitTemperature(scaled, labels).temperature / (scale * temperature)).toBeCloseTo(1, 10);
    }
  });

  it('never raises the NLL, and leaves the order of classes alone', () => {
    const { logits, labels } = drawnPredictions(8, 300, 4, 5);
    const found = fitTemperature(logits, labels);
    const scaled = applyTemperature(found, logits);
    expect(negativeLogLikelihood({ logits: scaled }, labels)).toBeLessThan(negativeLogLikelihood({ logits }, labels));
    expect(expectedCalibrationError({ logits: scaled }, labels).value).toBeLessThan(expectedCalibrationError({ logits }, labels).value);
    const best = (rows: number[][]): number[] => rows.map((row) => row.indexOf(Math.max(...row)));
    expect(best(rowsOf(scaled))).toEqual(best(rowsOf(logits)));
  });

  it('by squared error is no worse than any other temperature', () => {
    const { logits, labels } = drawnPredictions(4, 400, 5, 2.5);
    const found = fitTemperature(logits, labels, { criterion: 'mse' });
    const error = (temperature: number): number => brierScore({ logits: applyTemperature(temperature, logits) }, labels);
    expect(found).toMatchObject({ atBound: false, flat: false, warnings: [] });
    expect(found.slope).toBeCloseTo(slopeAt(rowsOf(logits), labels, found.beta), 12);
    for (let i = 1; i <= 500; i++) expect(error(i / 100)).toBeGreaterThanOrEqual(error(found.temperature) - 1e-12);
  });

  it('by ECE is the best of 0.1, 0.2, …, 10', () => {
    const { logits, labels } = drawnPredictions(6, 300, 4, 2);
    const ece = (temperature: number): number => expectedCalibrationError({ logits: applyTemperature(temperature, logits) }, labels).value;
    const errors = Array.from({ length: 100 }, (_, i) => ece((i + 1) / 10));
    const { temperature } = fitTemperature(logits, labels, { criterion: 'ece-grid' });
    expect(errors[Math.round(10 * temperature) - 1]).toBeCloseTo(Math.min(...errors), 12);
  });

  it.each(['mse', 'ece-grid'] as const)('by %s says where it cannot choose', (criterion) => {
    const rows = matrixOf([[2, 0], [0, 2]]);
    expect(fitTemperature(matrixOf([[3, 3], [-1, -1]]), [0, 1], { criterion })).toMatchObject({ temperature: 1, flat: true });
    expect(fitTemperature(rows, [1, 0], { criterion })).toMatchObject({ atBound: true, warnings: [expect.stringMatching(/outside \[0/)] });
    expect(() => fitTemperature(rows, [0, 1], { criterion, minBeta: 1 })).toThrow(`fitTemperature: minBeta and maxBeta are for criterion 'nll', got criterion '${criterion}'`);
    expect(() => fitTemperature(rows, [0, 1], { criterion: 'mae' as 'mse' })).toThrow("fitTemperature: criterion must be 'nll', 'mse' or 'ece-grid', got 'mae'");
  });

  it('says why there is no optimum between the bounds', () => {
    const rows = matrixOf([[2, 0], [0, 2]]);
    const cases: [Parameters<typeof fitTemperature>, object][] = [
      [[rows, [0, 1]], { beta: 100, temperature: 0.01, warnings: [expect.stringMatching(/no optimum: every label has the largest logit/)] }],
      [[rows, [1, 0]], { beta: 0.01, temperature: 100, warnings: [expect.stringMatching(/no optimum at a positive T/)] }],
      [[matrixOf([[1e4, 0], [0, 1e4]]), [0, 1]], { temperature: 0.01, warnings: [expect.stringMatching(/every label/)] }],
      [[matrixOf([[2, 0], [2, 0], [2, 0]]), [0, 0, 1], { minBeta: 1 }], { temperature: 1, warnings: [expect.stringMatching(/the optimum lies above T = 1/)] }],
      [[matrixOf([[2, 0], [2, 0], [2, 0], [2, 0]]), [0, 0, 0, 1], { maxBeta: 0.5 }], { temperature: 2, warnings: [expect.stringMatching(/the optimum lies below T = 2/)] }],
    ];
    for (const [given, found] of cases) expect(fitTemperature(...given)).toMatchObject({ atBound: true, flat: false, ...found });
  });

  it('says when no temperature changes anything', () => {
    expect(fitTemperature(matrixOf([[3, 3], [-1, -1]]), [0, 1])).toMatchObject({ temperature: 1, flat: true, atBound: false, warnings: [expect.stringMatching(/all logits of each row are equal/)] });
    expect(fitTemperature(matrixOf([[3], [-1]]), [0, 0])).toMatchObject({ temperature: 1, flat: true });
  });

  it('fits labels of one class', () => {
    const { logits } = drawnPredictions(3, 500, 4, 2);
    const labels = new Int32Array(500).fill(2);
    const { beta, atBound, warnings } = fitTemperature(logits, labels);
    expect([atBound, warnings.length]).toEqual([true, 1]);
    const shifted = hostTensor('float64', logits.shape, logits.data.map((z, i) => (i % 4 === 2 ? z + 3 : z)));
    const found = fitTemperature(shifted, labels);
    expect([found.atBound, beta]).toEqual([false, 0.01]);
    expect(Math.abs(slopeAt(rowsOf(shifted), labels, found.beta))).toBeLessThan(1e-12);
  });

  it('gives float32 logits the same as their float64 copies, of even and odd numbers of classes', () => {
    for (const classes of [1, 2, 3, 8, 17]) {
      const { logits, labels } = drawnPredictions(classes, 3000, classes, 3);
      const single = Float32Array.from(logits.data);
      const [a, b] = [fitTemperature(hostTensor('float32', logits.shape, single), labels), fitTemperature(hostTensor('float64', logits.shape, Float64Array.from(single)), labels)];
      expect(a).toEqual(b);
    }
  });

  it('reaches the optimum from parts of the rows that mislead', () => {
    // every 8th row is reversed, the others are not
    const { logits, labels } = drawnPredictions(9, 80_000, 3, 2);
    const data = logits.data.map((z, i) => (Math.floor(i / 3) % 8 === 0 ? -z : z));
    const found = fitTemperature(hostTensor('float64', [80_000, 3], data), labels);
    expect(Math.abs(slopeAt(rowsOf(hostTensor('float64', [80_000, 3], data)), labels, found.beta))).toBeLessThan(1e-12);
  });

  it('finds an optimum next to which the curvature vanishes', () => {
    // one sample in a thousand is wrong by a hair: beyond the optimum the NLL is flat for most of the range
    const rows = Array.from({ length: 1000 }, (_, n) => (n === 0 ? [0.001, 0] : [50, 0]));
    const labels = rows.map((_, n) => (n === 0 ? 1 : 0));
    const { beta, atBound } = fitTemperature(matrixOf(rows), labels);
    expect(atBound).toBe(false);
    expect(Math.abs(slopeAt(rows, labels, beta))).toBeLessThan(1e-14);
  });

  it.each([[3, 0.2], [10, 0.5], [100, 0.9]])('cannot repair a network that is as sure where two of %d classes are equally likely (a share %d of the data)', (classes, overlap) => {
    // Chidambaram, Ge 2024 (arXiv 2306.00740): right about half of the overlap, and sure everywhere
    const n = 2000;
    const wrong = Math.round((overlap / 2) * n);
    const rows = Array.from({ length: n }, (_, i) => Array.from({ length: classes }, (__, k) => (k === i % classes ? 9 : 0)));
    const labels = rows.map((_, i) => (i < wrong ? (i + 1) % classes : i % classes));
    const scaled = applyTemperature(fitTemperature(matrixOf(rows), labels), matrixOf(rows));
    const share = wrong / n;
    const entropy = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
    expect(negativeLogLikelihood({ logits: scaled }, labels)).toBeCloseTo(entropy + share * Math.log(classes - 1), 10);
    expect(expectedCalibrationError({ logits: scaled }, labels).value).toBeLessThan(1e-10); // which the top label does not show
  });

  it('survives JSON', () => {
    const { logits, labels } = drawnPredictions(8, 50, 4, 5);
    const found = fitTemperature(logits, labels);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it('names what it cannot use', () => {
    expect(() => fitTemperature(matrixOf([[0, 1], [Infinity, 0]]), [0, 1])).toThrow(/fitTemperature: logits: row 1, class 0 must be finite/);
    expect(() => fitTemperature(matrixOf([[0, 1], [0, NaN]]), [0, 1])).toThrow(/row 1, class 1 must be finite, got NaN/);
    expect(() => fitTemperature(matrixOf([[1e308, -1e308]]), [0])).toThrow(/row 0 must span less than 1e308/);
    expect(() => fitTemperature(matrixOf([[0, 1]]), [2])).toThrow(/labels: row 0 must be a whole number in \[0, 2\), got 2/);
    expect(() => fitTemperature(matrixOf([[0, 1]]), [0], { minBeta: 0 })).toThrow(/0 < minBeta < maxBeta/);
    expect(() => applyTemperature(-1, matrixOf([[0, 1]]))).toThrow(/applyTemperature: temperature must be > 0, got -1/);
  });
});
