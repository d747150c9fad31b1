import { createRng, normal, permutation, uniform } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveCalibrationError } from './binned/adaptive-calibration-error.ts';
import { type CalibrationErrorOptions, classwiseEce, expectedCalibrationError, maximumCalibrationError } from './binned/expected-calibration-error.ts';
import { overUnderConfidence } from './binned/over-under-confidence.ts';
import { sweepEce } from './binned/sweep-ece.ts';
import { ksError } from './bin-free/ks-error.ts';
import { calibrationReport } from './calibration-report.ts';
import { drawnPredictions, matrixOf, rowsOf, vectorOf } from './fixtures.ts';
import { softmax } from './inputs/softmax.ts';
import { brierDecomposition } from './scores/brier-decomposition.ts';
import { brierScore } from './scores/brier-score.ts';
import { negativeLogLikelihood } from './scores/negative-log-likelihood.ts';
import { riskCoverage } from './scores/risk-coverage.ts';

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

/** Events with many ties and both ends of [0, 1]. */
const events = fc.array(fc.tuple(fc.oneof(fc.integer({ min: 0, max: 12 }).map((i) => i / 12), fc.double({ min: 0, max: 1, noNaN: true })), fc.integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 40 })
  .map((pairs) => ({ confidence: Float64Array.from(pairs, ([c]) => c), outcome: Int32Array.from(pairs, ([, o]) => o) }));
const shuffled = ({ confidence, outcome }: { confidence: Float64Array; outcome: Int32Array }, seed: number) => {
  const order = permutation(createRng(seed), confidence.length);
  return { confidence: Float64Array.from(order, (n) => confidence[n]!), outcome: Int32Array.from(order, (n) => outcome[n]!) };
};
const everyBinning: readonly CalibrationErrorOptions[] = [{}, { rule: 'left' }, { bins: 1 }, { binning: 'mass', bins: 4 }, { binning: 'mass', keepTies: true, bins: 4 }, { binning: 'interpolated', bins: 4 }];

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

  it('say how they were made', () => {
    expect(expectedCalibrationError({ logits }, labels, { bins: 7, rule: 'left', norm: 'l2', debias: true }))
      .toEqual({ value: expect.any(Number) as number, n: 400, bins: 7, rule: 'left', binning: 'width', mode: 'top-label', norm: 'l2', debias: true });
    expect(expectedCalibrationError({ confidence: vectorOf([0.2, 0.7]) }, [0, 1], { binning: 'mass' })).toMatchObject({ n: 2, bins: 2, binning: 'mass', mode: 'binary', norm: 'l1' });
    expect(adaptiveCalibrationError({ logits }, labels, { threshold: 0.01 })).toMatchObject({ n: 400, bins: 15, binning: 'mass', mode: 'classwise', norm: 'average', threshold: 0.01 });
    expect(overUnderConfidence({ logits }, labels)).toMatchObject({ n: 400, bins: 15, rule: 'right', binning: 'width', mode: 'top-label' });
    expect(calibrationReport({ logits }, labels, { bins: 10 })).toMatchObject({ n: 400, classes: 4, settings: { bins: 10, rule: 'right', binning: 'width', mode: 'top-label' } });
  });

  it('obey |signed| <= ECE <= l2 <= max, with one bin ECE is |signed|, and KS is at least that', () => {
    fc.assert(fc.property(events, ({ confidence, outcome }) => {
      for (const options of everyBinning.filter(({ binning }) => binning !== 'interpolated')) {
        const error = (norm: 'l1' | 'l2' | 'max'): number => expectedCalibrationError({ confidence }, outcome, { ...options, norm }).value;
        const { signed } = overUnderConfidence({ confidence }, outcome, options);
        expect(Math.abs(signed)).toBeLessThanOrEqual(error('l1') + 1e-12);
        expect(error('l1')).toBeLessThanOrEqual(error('l2') + 1e-12);
        expect(error('l2')).toBeLessThanOrEqual(error('max') + 1e-12);
        expect(expectedCalibrationError({ confidence }, outcome, { ...options, bins: 1 }).value).toBeCloseTo(Math.abs(signed), 12);
        expect(ksError({ confidence }, outcome).value).toBeGreaterThanOrEqual(Math.abs(signed) - 1e-12);
        expect(maximumCalibrationError({ confidence }, outcome, options).value).toBe(error('max'));
      }
    }), { seed: 2, numRuns: 60 });
  });

  it('do not depend on the order of the samples, ties included', () => {
    fc.assert(fc.property(events, fc.integer({ min: 0, max: 99 }), (given, seed) => {
      const other = shuffled(given, seed);
      const curve = (e: typeof given): number[] => { const { aurc, excessAurc, auroc, falsePositiveRate95 } = riskCoverage({ confidence: e.confidence }, e.outcome); return [aurc, excessAurc, auroc, falsePositiveRate95]; };
      for (const [i, x] of curve(given).entries()) if (!Number.isNaN(x)) expect(curve(other)[i]).toBeCloseTo(x, 12);
      // plain groups of equal mass part ties in order of the rows
      for (const options of everyBinning.filter(({ binning, keepTies }) => binning !== 'mass' || keepTies)) {
        expect(expectedCalibrationError({ confidence: other.confidence }, other.outcome, options).value).toBeCloseTo(expectedCalibrationError({ confidence: given.confidence }, given.outcome, options).value, 12);
      }
      expect(ksError({ confidence: other.confidence }, other.outcome).value).toBeCloseTo(ksError({ confidence: given.confidence }, given.outcome).value, 12);
    }), { seed: 3, numRuns: 60 });
    const order = permutation(createRng(9), 400);
    const before = calibrationReport({ logits }, labels);
    const after = calibrationReport({ logits: matrixOf(Array.from(order, (n) => rows[n]!)) }, Int32Array.from(order, (n) => labels[n]!));
    for (const [key, value] of Object.entries(before)) if (typeof value === 'number') expect(after[key as 'ece'], key).toBeCloseTo(value, 10);
    expect(after.skce!.value).toBeCloseTo(before.skce!.value, 12);
  });

  it('do not depend on the names of the classes', () => {
    const renamed = [2, 0, 3, 1];
    const before = calibrationReport({ logits }, labels);
    const after = calibrationReport({ logits: matrixOf(rows.map((row) => renamed.map((k) => row[k]!))) }, labels.map((y) => renamed.indexOf(y)));
    for (const [key, value] of Object.entries(before)) if (typeof value === 'number') expect(after[key as 'ece'], key).toBeCloseTo(value, 10);
    expect(after.skce!.value).toBeCloseTo(before.skce!.value, 12);
  });

  it('are 0 for certain and right predictions', () => {
    const certain = { probabilities: matrixOf(Array.from(labels, (y) => [0, 1, 2, 3].map((k) => (k === y ? 1 : 0)))) };
    const report = calibrationReport(certain, labels);
    for (const key of ['nll', 'clipped', 'brier', 'ece', 'mce', 'rmsCe', 'averageCe', 'adaptiveEce', 'debiasedCe', 'classwiseEce', 'ace', 'overconfidence', 'underconfidence', 'signedCe', 'ksError', 'smoothEce', 'mmce', 'aurc', 'excessAurc'] as const) {
      expect(report[key], key).toBe(0);
    }
    expect(report.skce!.value).toBe(0);
    expect(report.auroc).toBeNull();
    expect(adaptiveCalibrationError(certain, labels, { threshold: 0.01 }).value).toBe(0);
  });

  it('see no error, and no resolution, in a constant prediction of the base rate', () => {
    const constant = { confidence: vectorOf([0.25, 0.25, 0.25, 0.25]) };
    expect(expectedCalibrationError(constant, [0, 1, 0, 0]).value).toBe(0);
    expect(brierDecomposition(constant, [0, 1, 0, 0])).toMatchObject({ reliability: 0, resolution: 0, uncertainty: 3 / 16 });
  });

  it('accept one class, logits of any size, and probabilities of exactly 0 and 1', () => {
    expect(calibrationReport({ probabilities: matrixOf([[1], [1]]) }, [0, 0])).toMatchObject({ ece: 0, nll: 0, meanConfidence: 1, skce: { value: 0 } });
    expect(negativeLogLikelihood({ logits: matrixOf([[1e6, -1e6], [-1e300, 1e300]]) }, [1, 1])).toBeCloseTo(1e6, 6);
    const sure = { confidence: vectorOf([0, 1, 0, 1]) };
    for (const options of everyBinning) expect(Number.isFinite(expectedCalibrationError(sure, [0, 1, 1, 0], options).value)).toBe(true);
    expect(calibrationReport({ probabilities: matrixOf([[0, 1], [1, 0]]) }, [0, 0])).toMatchObject({ clipped: 1, ece: 0.5, brier: 1 });
  });

  it('clip probabilities of 0 for the logarithm', () => {
    expect(negativeLogLikelihood({ probabilities: matrixOf([[0, 1]]) }, [0])).toBeCloseTo(-Math.log(1e-12), 12);
  });

  it('give the same of any form of input', () => {
    const data = Float32Array.from(logits.data);
    const wanted = calibrationReport({ logits: { data, shape: [400, 4] } }, labels);
    const nested = Array.from({ length: 400 }, (_, n) => [...data.subarray(4 * n, 4 * n + 4)]);
    const tensor = { shape: [400, 4], dtype: 'float32', dataSync: () => data };
    const ort = { type: 'float32', dims: [400, 4], data };
    for (const given of [nested, tensor, ort]) {
      for (const y of [labels, [...labels], { type: 'int64', dims: [400], data: BigInt64Array.from(labels, BigInt) }]) expect(calibrationReport({ logits: given }, y)).toEqual(wanted);
    }
  });
});

describe('modes', () => {
  it('classwise is the mean over classes of the same metric of events', () => {
    for (const options of everyBinning) {
      const each = [0, 1, 2, 3].map((k) => expectedCalibrationError({ confidence: vectorOf(probabilities.map((p) => p[k]!)) }, Int32Array.from(labels, (y) => (y === k ? 1 : 0)), options).value);
      expect(expectedCalibrationError({ logits }, labels, { ...options, mode: 'classwise' }).value).toBeCloseTo(each.reduce((a, b) => a + b) / 4, 12);
    }
  });

  it('binary looks at class 1, not at the larger probability', () => {
    const two = matrixOf([[0.9, 0.1], [0.2, 0.8]]);
    expect(expectedCalibrationError({ probabilities: two }, [0, 1], { mode: 'binary' }).value).toBe(expectedCalibrationError({ confidence: vectorOf([0.1, 0.8]) }, [0, 1]).value);
  });
});

describe('binnings', () => {
  it('keep a tie together where asked to: in the earliest of its groups', () => {
    const confidence = [0.1, 0.5, 0.5, 0.5, 0.5, 0.9];
    const of = (keepTies: boolean) => expectedCalibrationError({ confidence }, [0, 1, 0, 0, 0, 1], { binning: 'mass', bins: 3, keepTies, norm: 'max' }).value;
    expect(of(false)).toBeCloseTo(0.5, 12); // .5 .5 with no hit
    expect(of(true)).toBeCloseTo((4 * 0.5 + 0.1 - 1) / 5, 12); // .1 and all of .5
  });

  it('interpolated leaves the smallest confidence out, and its weight with it', () => {
    const { value, n } = expectedCalibrationError({ confidence: vectorOf([0.2, 0.4, 0.6, 0.8]) }, [1, 0, 0, 0], { binning: 'interpolated', bins: 2 });
    expect(n).toBe(4);
    expect(value).toBeCloseTo((0.4 + 0.6 + 0.8) / 4, 12);
  });

  it('sort many confidences as they sort few', () => {
    const rng = createRng(5);
    const confidence = Float64Array.from({ length: 10_000 }, () => Math.round(3000 * uniform(rng)) / 3000);
    const outcome = Int32Array.from(confidence, (c) => (uniform(rng) < c ? 1 : 0));
    const order = Array.from(confidence.keys()).sort((a, b) => confidence[a]! - confidence[b]! || a - b);
    let total = 0;
    for (let g = 0; g < 15; g++) {
      const group = order.slice(g * 666 + Math.min(g, 10), (g + 1) * 666 + Math.min(g + 1, 10));
      total += Math.abs(group.reduce((sum, i) => sum + confidence[i]! - outcome[i]!, 0)) / 10_000;
    }
    expect(expectedCalibrationError({ confidence }, outcome, { binning: 'mass' }).value).toBeCloseTo(total, 12);
  });
});

describe('debiased', () => {
  it('is smaller than plain, and nearer 0 for calibrated events', () => {
    let [plain, debiased] = [0, 0];
    for (let seed = 0; seed < 50; seed++) {
      const rng = createRng(seed);
      const confidence = Float64Array.from({ length: 300 }, () => uniform(rng));
      const outcome = Int32Array.from(confidence, (c) => (uniform(rng) < c ? 1 : 0));
      const l2 = { binning: 'mass', norm: 'l2' } as const;
      plain += expectedCalibrationError({ confidence }, outcome, l2).value ** 2 / 50;
      debiased += expectedCalibrationError({ confidence }, outcome, { ...l2, debias: true }).value ** 2 / 50;
    }
    expect(plain).toBeGreaterThan(0.005);
    expect(debiased).toBeLessThan(plain / 2);
  });
});

describe('sweepEce', () => {
  it('has the most groups up to which accuracies never fall', () => {
    const confidence = vectorOf([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    expect(sweepEce({ confidence }, [0, 0, 1, 0, 1, 1])).toMatchObject({ bins: 4, binning: 'mass', mode: 'binary' }); // 0 0 | 1 0 | 1 | 1;
    expect(sweepEce({ confidence }, [0, 0, 0, 1, 1, 1]).bins).toBe(6);
    expect(sweepEce({ confidence }, [1, 1, 1, 0, 0, 0]).bins).toBe(1);
    expect(sweepEce({ confidence }, [1, 1, 1, 0, 0, 0]).value).toBeCloseTo(Math.abs(0.35 - 0.5), 12);
  });
});

describe('brierDecomposition', () => {
  it('adds up to the score, whatever the bins and mode', () => {
    const drawn = drawnPredictions(4, 500, 3, 3);
    const binary = { confidence: softmax(drawn.logits).data.filter((_, i) => i % 3 === 0) };
    for (const options of [{}, { bins: 3, rule: 'left' }, { bins: 7, binning: 'mass' }] as const) {
      for (const parts of [
        brierDecomposition(drawn, drawn.labels, options),
        brierDecomposition(drawn, drawn.labels, { ...options, mode: 'classwise' }),
        brierDecomposition(binary, drawn.labels.map((y) => (y === 0 ? 1 : 0)), options),
      ]) {
        const { score, reliability, resolution, uncertainty, withinBinVariance, withinBinCovariance } = parts;
        expect(Math.abs(reliability - resolution + uncertainty + withinBinVariance - withinBinCovariance - score)).toBeLessThan(1e-12);
      }
    }
    expect(brierDecomposition(drawn, drawn.labels, { mode: 'classwise' }).score).toBeCloseTo(brierScore(drawn, drawn.labels), 12);
    expect(brierScore(drawn, drawn.labels, { scale: 'half' })).toBe(brierScore(drawn, drawn.labels) / 2);
  });
});

describe('riskCoverage', () => {
  it('is the mean over random orders of ties', () => {
    const rng = createRng(1);
    const confidence = Float64Array.from({ length: 30 }, () => Math.round(4 * uniform(rng)) / 4);
    const outcome = Int32Array.from(confidence, (c) => (uniform(rng) < c ? 1 : 0));
    const curve = new Float64Array(30);
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) {
      const order = [...permutation(rng, 30)].sort((a, b) => confidence[b]! - confidence[a]!);
      let errors = 0;
      for (const [j, n] of order.entries()) curve[j]! += (errors += 1 - outcome[n]!) / (j + 1) / draws;
    }
    const { risk, aurc } = riskCoverage({ confidence }, outcome);
    for (const [j, r] of risk.entries()) expect(Math.abs(r - curve[j]!)).toBeLessThan(0.02);
    expect(aurc).toBeCloseTo(curve.reduce((a, b) => a + b) / 30, 2);
  });

  it('ranks: AUROC counts pairs, and 95 % of the right ones are kept at the threshold', () => {
    const rng = createRng(2);
    const confidence = Float64Array.from({ length: 400 }, () => 1 / (1 + Math.exp(-normal(rng, 1, 1))));
    const outcome = Int32Array.from(confidence, (c) => (uniform(rng) < c ? 1 : 0));
    const [right, wrong] = [1, 0].map((o) => [...confidence].filter((_, n) => outcome[n] === o));
    const pairs = right!.reduce((sum, r) => sum + wrong!.reduce((s, w) => s + (r > w ? 1 : r === w ? 0.5 : 0), 0), 0);
    const { auroc, falsePositiveRate95 } = riskCoverage({ confidence }, outcome);
    expect(auroc).toBeCloseTo(pairs / (right!.length * wrong!.length), 12);
    const threshold = Math.max(...confidence.filter((t) => right!.filter((r) => r >= t).length >= 0.95 * right!.length));
    expect(falsePositiveRate95).toBeCloseTo(wrong!.filter((w) => w >= threshold).length / wrong!.length, 12);
  });

  it('has no excess where errors come last, and knows all wrong', () => {
    expect(riskCoverage({ confidence: vectorOf(Array.from({ length: 1000 }, (_, n) => n / 1000)) }, Array.from({ length: 1000 }, (_, n) => (n < 300 ? 0 : 1))).excessAurc).toBeCloseTo(0, 3);
    expect(riskCoverage({ confidence: vectorOf([0.3, 0.4]) }, [0, 0])).toMatchObject({ errorRate: 1, aurc: 1, excessAurc: 0, auroc: NaN });
  });
});

describe('bad input', () => {
  const good = matrixOf([[0.5, 0.5], [0.25, 0.75]]);
  it.each([
    ['a NaN', () => expectedCalibrationError({ logits: matrixOf([[0, 1], [0, NaN]]) }, [0, 1]), /expectedCalibrationError: logits: row 1, class 1 must be finite, got NaN/],
    ['a negative probability', () => brierScore({ probabilities: matrixOf([[0.5, 0.5], [-0.1, 1.1]]) }, [0, 1]), /probabilities: row 1, class 0 must be in \[0, 1\], got -0.1/],
    ['logits passed as probabilities', () => brierScore({ probabilities: matrixOf([[0.5, 0.5], [0.5, 0.9]]) }, [0, 1]), /row 1 must sum to 1, got 1.4/],
    ['a confidence above 1', () => expectedCalibrationError({ confidence: vectorOf([0.5, 2]) }, [0, 1]), /confidence: row 1 must be in \[0, 1\], got 2/],
    ['a label out of range', () => classwiseEce({ probabilities: good }, [0, 2]), /classwiseEce: labels: row 1 must be a whole number in \[0, 2\), got 2/],
    ['a label below 0', () => riskCoverage({ probabilities: good }, [-1, 0]), /riskCoverage: labels: row 0 must be a whole number in \[0, 2\), got -1/],
    ['a fractional label', () => negativeLogLikelihood({ probabilities: good }, vectorOf([0.5, 1])), /labels: row 0/],
    ['too few labels', () => negativeLogLikelihood({ logits: good }, [0]), /labels: expected one for each of 2 rows, got 1/],
    ['no bins', () => expectedCalibrationError({ probabilities: good }, [0, 1], { bins: 0 }), /bins must be a whole number >= 1, got 0/],
    ['a rule there is not', () => expectedCalibrationError({ probabilities: good }, [0, 1], { rule: 'up' as never }), /rule must be right or left, got up/],
    ['a binning there is not', () => expectedCalibrationError({ probabilities: good }, [0, 1], { binning: 'uniform' as never }), /binning must be width, mass or interpolated, got uniform/],
    ['a norm there is not', () => expectedCalibrationError({ probabilities: good }, [0, 1], { norm: 'l3' as never }), /norm must be l1, l2, max or average, got l3/],
    ['a mode there is not', () => expectedCalibrationError({ probabilities: good }, [0, 1], { mode: 'top' as never }), /mode must be top-label, classwise or binary, got top/],
    ['classwise events', () => expectedCalibrationError({ confidence: vectorOf([0.5]) }, [0], { mode: 'classwise' }), /mode classwise needs \{ logits \} or \{ probabilities \}, got \{ confidence \}/],
    ['debiasing what is not l2', () => expectedCalibrationError({ probabilities: good }, [0, 1], { debias: true }), /debias needs norm l2, got l1/],
    ['a threshold of 1', () => adaptiveCalibrationError({ probabilities: good }, [0, 1], { threshold: 1 }), /threshold must be < 1, got 1/],
    ['a decomposition that leaves samples out', () => brierDecomposition({ probabilities: good }, [0, 1], { binning: 'interpolated' }), /binning must be width or mass, got interpolated/],
    ['a scale there is not', () => brierScore({ probabilities: good }, [0, 1], { scale: 'mean' as never }), /scale must be full or half, got mean/],
    ['a vector', () => negativeLogLikelihood({ logits: vectorOf([1, 2]) }, [0, 1]), /logits: expected 2 axes, got shape \[2\]/],
    ['no samples', () => expectedCalibrationError({ confidence: vectorOf([]) }, vectorOf([])), /no samples/],
  ])('%s is named', (_, act, message) => {
    expect(act).toThrow(message);
    expect(act).toThrow(RangeError);
  });

  it('predictions without a name are a TypeError that says what there may be', () => {
    expect(() => calibrationReport([[0, 1]] as never, [0])).toThrow(TypeError);
  });
});
