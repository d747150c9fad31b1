import { hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnPredictions, matrixOf, rowsOf } from '../../fixtures.ts';
import { softmax } from '../../inputs/softmax.ts';
import { applyBinary, type BinaryMethod } from './binary-calibrator.ts';
import { fitBeta } from './beta-calibration.ts';
import { applyOneVsRest, applyTopLabel, fitOneVsRest, fitTopLabel } from './multiclass.ts';

const methods: readonly BinaryMethod[] = ['platt', 'beta', 'isotonic', 'histogram'];

describe.each(methods)('%s', (method) => {
  const { logits, labels } = drawnPredictions(7, 600, 4, 2.5);

  it('one against the rest gives the maps of the columns, rows divided by their sum', () => {
    const found = fitOneVsRest(method, { logits }, labels);
    const rows = rowsOf(applyOneVsRest(found, { logits }));
    rows.forEach((row) => expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12));
    const z = rowsOf(logits);
    const scores = z.map((row) => row.map((x, k) => {
      const others = row.reduce((sum, other, j) => sum + (j === k ? 0 : Math.exp(other)), 0);
      return method === 'platt' ? x - Math.log(others) : Math.exp(x) / (others + Math.exp(x));
    }));
    const mapped = found.maps.map((map, k) => applyBinary(map, scores.map((row) => row[k]!)).data);
    for (const n of [0, 17, 599]) {
      const total = mapped.reduce((sum, column) => sum + column[n]!, 0);
      rows[n]!.forEach((p, k) => expect(p).toBeCloseTo(mapped[k]![n]! / total, 9));
    }
  });

  it('of the top label leaves the proportions of the others', () => {
    const found = fitTopLabel(method, { logits }, labels);
    const [before, after] = [rowsOf(softmax(logits)), rowsOf(applyTopLabel(found, { logits }))];
    after.forEach((row, n) => {
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      const top = before[n]!.indexOf(Math.max(...before[n]!));
      const [i, j] = [0, 1, 2, 3].filter((k) => k !== top);
      expect(row[i!]! * before[n]![j!]!).toBeCloseTo(row[j!]! * before[n]![i!]!, 12);
    });
  });

  it('reads probabilities as well', () => {
    const probabilities = softmax(logits);
    const [a, b] = [applyOneVsRest(fitOneVsRest(method, { logits }, labels), { logits }), applyOneVsRest(fitOneVsRest(method, { probabilities }, labels), { probabilities })];
    a.data.forEach((p, i) => expect(p).toBeCloseTo(b.data[i]!, 7));
  });

  it('warns of a class without samples', () => {
    const { warnings } = fitOneVsRest(method, { logits }, labels.map((y) => (y === 2 ? 1 : y)));
    expect(warnings).toEqual(['class 2: constant map: every outcome is 0']);
  });
});

it('takes the log-odds of logits however far apart', () => {
  const logits = matrixOf([[800, 0, 0], [0, 800, 0], [0, 0, 0], [1, 0, 0]]);
  const { data } = applyOneVsRest({ maps: [0, 1, 2].map(() => ({ type: 'platt', version: 1, a: -0.001, b: 0, warnings: [] })) }, { logits });
  const q = [800 - Math.LN2, -800, -800].map((s) => 1 / (1 + Math.exp(-0.001 * s)));
  q.forEach((p, k) => expect(data[k]).toBeCloseTo(p / (q[0]! + q[1]! + q[2]!), 12));
});

it('makes rows of nothing but zeros uniform', () => {
  const zero = { type: 'isotonic', version: 1, x: [0], y: [0], tilt: 0, warnings: [] } as const;
  expect(applyOneVsRest({ maps: [zero, zero] }, { logits: matrixOf([[1, 2]]) }).data).toEqual(Float64Array.of(0.5, 0.5));
});

it('shares the rest of a certain prediction evenly', () => {
  const map = { type: 'platt', version: 1, a: 0, b: Math.log(0.25), warnings: [] } as const;
  const { data } = applyTopLabel({ map }, { probabilities: matrixOf([[0, 1, 0]]) });
  [0.1, 0.8, 0.1].forEach((p, k) => expect(data[k]).toBeCloseTo(p, 14));
});

it('passes options on, and takes one class', () => {
  const { logits, labels } = drawnPredictions(8, 100, 2);
  const column = softmax(logits).data.filter((_, i) => i % 2 === 0);
  expect(fitOneVsRest('beta', { logits }, labels, { variant: 'am' }).maps[0]).toEqual(fitBeta(column, labels.map((y) => 1 - y), { variant: 'am' }));
  const single = hostTensor('float64', [2, 1], Float64Array.of(1, 1));
  for (const method of methods) {
    expect(applyOneVsRest(fitOneVsRest(method, { probabilities: single }, [0, 0]), { probabilities: single }).data).toEqual(Float64Array.of(1, 1));
    expect(applyTopLabel(fitTopLabel(method, { probabilities: single }, [0, 0]), { probabilities: single }).data).toEqual(Float64Array.of(1, 1));
  }
});

it('names what it cannot use', () => {
  expect(() => fitOneVsRest('spline' as 'beta', { logits: matrixOf([[0, 1]]) }, [0])).toThrow("fitOneVsRest: method must be one of platt, beta, isotonic, histogram, got 'spline'");
  expect(() => fitTopLabel('beta', { logits: matrixOf([[0, 1]]) }, [2])).toThrow('fitTopLabel: labels: row 0 must be a whole number in [0, 2), got 2');
  expect(() => applyOneVsRest({ maps: [] as never }, { logits: matrixOf([[0, 1]]) })).toThrow();
});
