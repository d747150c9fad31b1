import { permutation, createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { adaptiveCalibrationError } from './binned/adaptive-calibration-error.ts';
import { brierScore } from './scores/brier-score.ts';
import { calibrationReport } from './calibration-report.ts';
import { classwiseEce, expectedCalibrationError, maximumCalibrationError } from './binned/expected-calibration-error.ts';
import { drawnPredictions, matrixOf, rowsOf, vectorOf } from './fixtures.ts';
import { negativeLogLikelihood } from './scores/negative-log-likelihood.ts';
import { overUnderConfidence } from './binned/over-under-confidence.ts';
import { softmax } from './inputs/softmax.ts';

const { logits, labels } = drawnPredictions(3, 400, 4, 2);
const rows = rowsOf(logits);
const probabilities = rows.map((row) => { const e = row.map(Math.exp); const sum = e.reduce((a, b) => a + b); return e.map((x) => x / sum); });

/** ECE by its definition, bin after bin over all samples. */
function naiveEce(events: readonly { c: number; hit: boolean }[], bins: number): number {
  let total = 0;
  for (let b = 0; b < bins; b++) {
    const inside = events.filter(({ c }) => c > b / bins && c <= (b + 1) / bins);
    if (inside.length === 0) continue;
    const accuracy = inside.filter(({ hit }) => hit).length / inside.length;
    const confidence = inside.reduce((sum, { c }) => sum + c, 0) / inside.length;
    total += (inside.length / events.length) * Math.abs(accuracy - confidence);
  }
  return total;
}

describe('metrics', () => {
  it('are what their definitions say, from logits and from probabilities', () => {
    const top = probabilities.map((p, n) => ({ c: Math.max(...p), hit: p.indexOf(Math.max(...p)) === labels[n] }));
    const perClass = [0, 1, 2, 3].map((k) => naiveEce(probabilities.map((p, n) => ({ c: p[k] ?? 0, hit: labels[n] === k })), 15));
    for (const predictions of [{ logits }, { probabilities: matrixOf(probabilities) }]) {
      expect(expectedCalibrationError(predictions, labels).value).toBeCloseTo(naiveEce(top, 15), 12);
      expect([...classwiseEce(predictions, labels).perClass]).toEqual(perClass.map((x) => expect.closeTo(x, 12) as number));
      expect(negativeLogLikelihood(predictions, labels)).toBeCloseTo(probabilities.reduce((sum, p, n) => sum - Math.log(p[labels[n] ?? 0] ?? 0), 0) / 400, 12);
      expect(brierScore(predictions, labels)).toBeCloseTo(probabilities.reduce((sum, p, n) => sum + p.reduce((s, x, k) => s + (x - (k === labels[n] ? 1 : 0)) ** 2, 0), 0) / 400, 12);
    }
  });

  it('obey |signed| <= ECE <= l2 <= max, and with one bin ECE is |accuracy - confidence|', () => {
    for (let seed = 0; seed < 20; seed++) {
      const drawn = drawnPredictions(seed, 50, 3, 0.3 + seed / 5);
      const ece = expectedCalibrationError(drawn, drawn.labels).value;
      const l2 = expectedCalibrationError(drawn, drawn.labels, { norm: 'l2' }).value;
      const { signed } = overUnderConfidence(drawn, drawn.labels);
      expect(Math.abs(signed)).toBeLessThanOrEqual(ece + 1e-12);
      expect(ece).toBeLessThanOrEqual(l2 + 1e-12);
      expect(l2).toBeLessThanOrEqual(maximumCalibrationError(drawn, drawn.labels).value + 1e-12);
      expect(expectedCalibrationError(drawn, drawn.labels, { bins: 1 }).value).toBeCloseTo(Math.abs(signed), 12);
    }
  });

  it('do not depend on the order of the samples, ties included', () => {
    const tied = matrixOf(probabilities.map((p) => { const first = Math.round((p[0] ?? 0) * 4) / 4; return [first, 1 - first]; }));
    const outcome = labels.map((y) => Math.min(y, 1));
    const order = permutation(createRng(9), 400);
    const shuffled = matrixOf(Array.from(order, (n) => rowsOf(tied)[n] ?? []));
    const before = calibrationReport({ probabilities: tied }, outcome);
    const after = calibrationReport({ probabilities: shuffled }, Int32Array.from(order, (n) => outcome[n] ?? 0));
    // groups of equal mass split ties, so there the order counts
    for (const key of ['accuracy', 'meanConfidence', 'nll', 'brier', 'ece', 'mce', 'rmsCe', 'averageCe', 'classwiseEce', 'overconfidence', 'underconfidence'] as const) {
      expect(after[key], key).toBeCloseTo(before[key], 12);
    }
  });

  it('do not depend on the names of the classes', () => {
    const renamed = [2, 0, 3, 1];
    const other = matrixOf(rows.map((row) => renamed.map((k) => row[k] ?? 0)));
    const before = calibrationReport({ logits }, labels);
    const after = calibrationReport({ logits: other }, labels.map((y) => renamed.indexOf(y)));
    for (const key of ['nll', 'brier', 'ece', 'classwiseEce', 'ace', 'adaptiveEce'] as const) expect(after[key], key).toBeCloseTo(before[key], 12);
  });

  it('are 0 for certain and right predictions', () => {
    const certain = { probabilities: matrixOf(Array.from(labels, (y) => [0, 1, 2, 3].map((k) => (k === y ? 1 : 0)))) };
    const report = calibrationReport(certain, labels);
    expect([report.nll, report.brier, report.ece, report.mce, report.classwiseEce, report.ace, report.overconfidence, report.underconfidence]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(adaptiveCalibrationError(certain, labels, { threshold: 0.01 }).value).toBe(0);
  });

  it('see no error in a constant prediction of the base rate', () => {
    expect(expectedCalibrationError({ confidence: vectorOf([0.25, 0.25, 0.25, 0.25]) }, [0, 1, 0, 0]).value).toBe(0);
  });

  it('accept one class and logits of any size', () => {
    expect(calibrationReport({ probabilities: matrixOf([[1], [1]]) }, [0, 0]).ece).toBe(0);
    expect(negativeLogLikelihood({ logits: matrixOf([[1e6, -1e6], [-1e300, 1e300]]) }, [1, 1])).toBeCloseTo(1e6, 6);
    expect([...softmax(matrixOf([[1e300, 1e300]])).data]).toEqual([0.5, 0.5]);
  });

  it('clip probabilities of 0 for the logarithm', () => {
    expect(negativeLogLikelihood({ probabilities: matrixOf([[0, 1]]) }, [0])).toBeCloseTo(-Math.log(1e-12), 12);
  });
});

describe('bad input', () => {
  const good = matrixOf([[0.5, 0.5], [0.25, 0.75]]);
  it.each([
    ['a NaN', () => expectedCalibrationError({ logits: matrixOf([[0, 1], [0, NaN]]) }, [0, 1]), /logits: row 1, class 1 must be finite, got NaN/],
    ['a negative probability', () => brierScore({ probabilities: matrixOf([[0.5, 0.5], [-0.1, 1.1]]) }, [0, 1]), /probabilities: row 1, class 0 must be in \[0, 1\], got -0.1/],
    ['logits passed as probabilities', () => brierScore({ probabilities: matrixOf([[0.5, 0.5], [0.5, 0.9]]) }, [0, 1]), /row 1 must sum to 1, got 1.4/],
    ['a confidence above 1', () => expectedCalibrationError({ confidence: vectorOf([0.5, 2]) }, [0, 1]), /confidence: row 1 must be in \[0, 1\], got 2/],
    ['a label out of range', () => classwiseEce({ probabilities: good }, [0, 2]), /classwiseEce: labels: row 1 must be a whole number in \[0, 2\), got 2/],
    ['a fractional label', () => negativeLogLikelihood({ probabilities: good }, vectorOf([0.5, 1])), /labels: row 0/],
    ['too few labels', () => negativeLogLikelihood({ logits: good }, [0]), /labels: expected one for each of 2 rows, got 1/],
    ['no bins', () => expectedCalibrationError({ probabilities: good }, [0, 1], { bins: 0 }), /bins must be a whole number >= 1, got 0/],
    ['a vector', () => negativeLogLikelihood({ logits: vectorOf([1, 2]) }, [0, 1]), /logits: expected 2 axes, got shape \[2\]/],
    ['no samples', () => expectedCalibrationError({ confidence: vectorOf([]) }, vectorOf([])), /no samples/],
  ])('%s is named', (_, act, message) => {
    expect(act).toThrow(message);
    expect(act).toThrow(RangeError);
  });
});
