import { createRng, hostTensor, permutation, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnPredictions, matrixOf } from '../fixtures.ts';
import { softmax } from '../inputs/softmax.ts';
import { type ConformalScore, conformalScores } from './conformal-scores.ts';
import { conformalQuantile, fitConformal } from './fit-conformal.ts';
import { predictSets } from './predict-sets.ts';
import { setMetrics } from './set-metrics.ts';
import { tuneRaps } from './tune-raps.ts';

const scores: readonly ConformalScore[] = [{ method: 'lac' }, { method: 'aps' }, { method: 'raps', lambda: 0.05, kreg: 2 }];
const classes = 6;
const { logits, labels } = drawnPredictions(3, 2000, classes, 2);
const probabilities = softmax(logits);

/** Rows of the drawn probabilities, and their labels. */
function part(rows: ArrayLike<number>) {
  const data = Float64Array.from(Array.from(rows).flatMap((n) => [...probabilities.data.subarray(n * classes, (n + 1) * classes)]));
  return { probabilities: hostTensor('float64', [rows.length, classes], data), labels: Int32Array.from(rows, (n) => labels[n]!) };
}

describe('conformalQuantile', () => {
  it('is the ⌈(n + 1)(1 - alpha)⌉-th smallest, Infinity where there is none', () => {
    const of = (n: number, alpha: number): number => conformalQuantile(Array.from({ length: n }, (_, i) => n - i), alpha);
    expect([of(9, 0.1), of(8, 0.1), of(19, 0.05), of(18, 0.05), of(10, 0.5), of(99, 0.01), of(1, 0.5)]).toEqual([9, Infinity, 19, Infinity, 6, 99, 1]);
    for (let n = 1; n < 400; n++) expect(of(n, 0.1)).toBe(Math.ceil(((n + 1) * 9) / 10) > n ? Infinity : Math.ceil(((n + 1) * 9) / 10));
  });
});

describe('scores', () => {
  it('are their definitions', () => {
    const one = { probabilities: matrixOf([[0.1, 0.4, 0.2, 0.3]]) };
    const of = (y: number, score: ConformalScore, u?: number): number => conformalScores(one, [y], score, u === undefined ? undefined : [u])[0]!;
    expect(of(2, { method: 'lac' })).toBe(0.8);
    expect(of(2, { method: 'aps' })).toBeCloseTo(0.9, 15);
    expect(of(2, { method: 'aps' }, 0.25)).toBeCloseTo(0.75, 15);
    expect(of(1, { method: 'aps' }, 0)).toBe(0);
    expect(of(0, { method: 'raps', lambda: 0.1, kreg: 2 }, 0.5)).toBeCloseTo(0.95 + 0.1 * 2, 15);
    expect(of(3, { method: 'raps', lambda: 0.1, kreg: 2 }, 0.5)).toBeCloseTo(0.55, 15);
  });

  it('rank ties in order of the classes', () => {
    const even = { probabilities: matrixOf([[0.25, 0.25, 0.25, 0.25]]) };
    expect([0, 1, 2, 3].map((y) => conformalScores(even, [y], { method: 'aps' })[0])).toEqual([0.25, 0.5, 0.75, 1]);
  });
});

describe('prediction sets', () => {
  it.each(scores)('of $method cover what was asked for over many splits, exactly where random', (score) => {
    for (const random of [true, false]) {
      let [covered, total] = [0, 0];
      for (let split = 0; split < 200; split++) {
        const rng = createRng(split);
        const order = permutation(rng, 2000);
        const [held, fresh] = [part(order.subarray(0, 99)), part(order.subarray(99, 399))];
        const calibrator = fitConformal(held, held.labels, { ...score, alpha: 0.2, ...(random && { random: rng }) });
        const { coverage } = setMetrics(predictSets(calibrator, fresh, random ? { random: rng } : {}), fresh.labels, 0.2);
        covered += coverage;
        total++;
      }
      expect(covered / total).toBeGreaterThan(0.79);
      // ties of a score aside coverage is at most 1 - alpha + 1 / (n + 1)
      expect(covered / total).toBeLessThan(0.82);
    }
  });

  it('hold the label of at least r of n calibration samples', () => {
    const held = part(Array.from({ length: 57 }, (_, n) => n));
    for (const score of scores) {
      const draws = Float64Array.from({ length: 57 }, () => uniform(createRng(1)));
      const calibrator = fitConformal(held, held.labels, { ...score, alpha: 0.1, random: draws });
      expect(setMetrics(predictSets(calibrator, held, { random: draws }), held.labels, 0.1).coverage).toBeGreaterThanOrEqual(Math.ceil(58 * 0.9) / 57);
    }
  });

  it('are all classes where there are too few samples, and say so', () => {
    const held = part([0, 1, 2, 3, 4, 5, 6, 7]);
    const calibrator = fitConformal(held, held.labels, { method: 'lac', alpha: 0.1 });
    expect(calibrator).toMatchObject({ quantiles: [null], warnings: ['8 samples are too few for alpha 0.1, which takes 9: every class is in every set'] });
    expect([...predictSets(calibrator, held).data].every((x) => x === 1)).toBe(true);
    expect(fitConformal(part([0, 1, 2, 3, 4, 5, 6, 7, 8]), labels.subarray(0, 9), { method: 'lac', alpha: 0.1 }).warnings).toEqual([]);
  });

  it('of RAPS without penalty are those of APS', () => {
    const held = part(Array.from({ length: 300 }, (_, n) => n));
    const of = (score: ConformalScore) => predictSets(fitConformal(held, held.labels, { ...score, alpha: 0.1, random: createRng(5) }), { logits }, { random: createRng(6) }).data;
    expect(of({ method: 'raps', lambda: 0, kreg: 1 })).toEqual(of({ method: 'aps' }));
  });

  it('may be empty, unless that is not allowed', () => {
    const held = part(Array.from({ length: 300 }, (_, n) => n));
    const calibrator = fitConformal(held, held.labels, { method: 'aps', alpha: 0.5, random: createRng(1) });
    const [empty, filled] = [true, false].map((allowEmpty) => setMetrics(predictSets(calibrator, { logits }, { random: createRng(2), allowEmpty }), labels, 0.5));
    expect(empty!.empty).toBeGreaterThan(0.01);
    expect(filled!.empty).toBe(0);
    expect(filled!.single).toBeCloseTo(empty!.single + empty!.empty, 12);
  });

  it('cover each class, or each group, on its own where asked to', () => {
    const [held, fresh] = [part(Array.from({ length: 1000 }, (_, n) => n)), part(Array.from({ length: 1000 }, (_, n) => 1000 + n))];
    const byClass = fitConformal(held, held.labels, { method: 'lac', alpha: 0.1, by: 'class' });
    expect(byClass.counts.reduce((a, b) => a + b)).toBe(1000);
    for (const { coverage } of setMetrics(predictSets(byClass, fresh), fresh.labels, 0.1).perClass) expect(coverage).toBeGreaterThan(0.83);
    // group 1: samples that the model is sure of
    const groupOf = ({ probabilities: { data } }: typeof held): Int32Array => Int32Array.from({ length: 1000 }, (_, n) => (Math.max(...data.subarray(n * classes, (n + 1) * classes)) > 0.7 ? 1 : 0));
    const byGroup = fitConformal(held, held.labels, { method: 'lac', alpha: 0.1, by: groupOf(held) });
    const sets = predictSets(byGroup, fresh, { groups: groupOf(fresh) });
    for (const group of [0, 1]) {
      const rows = [...groupOf(fresh).entries()].filter(([, g]) => g === group).map(([n]) => n);
      const own = hostTensor('uint8', [rows.length, classes], Uint8Array.from(rows.flatMap((n) => [...sets.data.subarray(n * classes, (n + 1) * classes)])));
      expect(Math.abs(setMetrics(own, rows.map((n) => fresh.labels[n]!), 0.1).coverage - 0.9)).toBeLessThan(0.04);
    }
    expect(() => predictSets(byGroup, fresh)).toThrow('predictSets: groups must be given: the calibrator was fitted by group');
  });

  it('say which class has too few samples', () => {
    const { warnings, quantiles } = fitConformal({ probabilities: matrixOf([[0.6, 0.4], [0.3, 0.7], [0.2, 0.8]]) }, [0, 1, 1], { method: 'lac', alpha: 0.4, by: 'class' });
    expect(quantiles).toEqual([null, expect.closeTo(0.3, 12)]);
    expect(warnings).toEqual(['class 0: 1 samples are too few for alpha 0.4, which takes 2: this class is in every set']);
  });

  it('come from a calibrator that survives JSON', () => {
    const calibrator = fitConformal({ logits }, labels, { method: 'raps', lambda: 0.1, kreg: 2, alpha: 0.1 });
    expect(JSON.parse(JSON.stringify(calibrator))).toEqual(calibrator);
  });
});

describe('setMetrics', () => {
  it('counts by hand', () => {
    const sets = hostTensor('uint8', [4, 3], Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1));
    const metrics = setMetrics(sets, [0, 1, 2, 2], 0.5);
    expect(metrics).toMatchObject({ count: 4, coverage: 0.5, meanSize: 1.5, empty: 0.25, single: 0.25, sizeViolation: 0 });
    expect(metrics.perClass.map(({ count, coverage }) => [count, coverage])).toEqual([[1, 1], [1, 0], [2, 0.5]]);
    expect(metrics.bySize.map(({ from, to, count, coverage }) => [from, to, count, coverage])).toEqual([[0, 1, 2, 0.5], [2, 3, 2, 0.5]]);
  });
});

describe('tuneRaps', () => {
  it('finds the rank that holds 1 - alpha of the labels, and the lambda of the smallest sets', () => {
    const { kreg, lambda } = tuneRaps({ logits }, labels, { alpha: 0.1, random: createRng(1) });
    const ranks = Array.from(labels, (y, n) => {
      const row = probabilities.data.subarray(n * classes, (n + 1) * classes);
      return 1 + row.filter((p) => p > row[y]!).length;
    });
    expect(ranks.filter((r) => r <= kreg).length / 2000).toBeGreaterThanOrEqual(0.9);
    expect(ranks.filter((r) => r < kreg).length / 2000).toBeLessThan(0.9);
    const sizeOf = (candidate: number): number => {
      const calibrator = fitConformal({ logits }, labels, { method: 'raps', lambda: candidate, kreg, alpha: 0.1, random: createRng(1) });
      return setMetrics(predictSets(calibrator, { logits }, { random: createRng(1) }), labels, 0.1).meanSize;
    };
    expect(sizeOf(lambda)).toBe(Math.min(...[0.001, 0.01, 0.1, 0.2, 0.5].map(sizeOf)));
  });
});

describe('bad input', () => {
  const good = { probabilities: matrixOf([[0.5, 0.5]]) };
  it.each([
    ['alpha of 1', () => fitConformal(good, [0], { method: 'lac', alpha: 1 }), 'fitConformal: alpha must be in (0, 1), got 1'],
    ['a method there is not', () => conformalScores(good, [0], { method: 'top' } as never), 'conformalScores: method must be lac, aps or raps, got top'],
    ['lambda below 0', () => fitConformal(good, [0], { method: 'raps', lambda: -1, kreg: 0, alpha: 0.1 }), 'fitConformal: lambda must be >= 0, got -1'],
    ['half a rank', () => fitConformal(good, [0], { method: 'raps', lambda: 1, kreg: 0.5, alpha: 0.1 }), 'fitConformal: kreg must be a whole number >= 0, got 0.5'],
    ['a draw above 1', () => conformalScores(good, [0], { method: 'aps' }, [2]), 'conformalScores: random: row 0 must be in [0, 1], got 2'],
    ['too few draws', () => conformalScores(good, [0], { method: 'aps' }, [0.5, 0.5]), 'conformalScores: random: expected one number for each of 1 rows, got 2'],
    ['a label out of range', () => fitConformal(good, [2], { method: 'lac', alpha: 0.1 }), 'fitConformal: labels: row 0 must be a whole number in [0, 2), got 2'],
    ['other classes', () => predictSets(fitConformal(good, [0], { method: 'lac', alpha: 0.1 }), { logits: [[1, 2, 3]] }), "predictSets: predictions must have the calibrator's 2 classes, got 3"],
    ['a NaN score', () => conformalQuantile([0, NaN], 0.1), 'conformalQuantile: scores: row 1 must be a number, got NaN'],
    ['a vector of sets', () => setMetrics([1, 0], [0], 0.1), 'setMetrics: sets must have the shape [n, classes], got [2]'],
  ])('%s is named', (_, act, message) => {
    expect(act).toThrow(new RangeError(message));
  });
});
