import { createRng, integer, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { alignment } from './alignment.ts';
import { uniformity } from './uniformity.ts';
import { utilization } from './utilization.ts';

const draw = (seed: number, rows: number, columns: number): number[][] => {
  const rng = createRng(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => normal(rng)));
};
const unit = (row: readonly number[]): number[] => row.map((value) => value / Math.hypot(...row));
const squared = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, c) => sum + (value - b[c]!) ** 2, 0);
const pairsOf = (n: number): [number, number][] => Array.from({ length: n }, (_, i) => Array.from({ length: i }, (__, j): [number, number] => [j, i])).flat();
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('alignment, uniformity and utilization', () => {
  it.each([[2, 3], [9, 1], [70, 5], [150, 21]])('of %i rows of %i columns are what loops over pairs give', (rows, columns) => {
    const x = draw(rows, rows, columns).map(unit);
    const rng = createRng(1);
    const labels = [4, 4, ...Array.from({ length: rows - 2 }, () => integer(rng, 0, 5))];
    const scaled = x.map((row, i) => row.map((value) => (i + 1) * value));
    expect(alignment(scaled, labels)).toBeCloseTo(mean(pairsOf(rows).filter(([i, j]) => labels[i] === labels[j]).map(([i, j]) => squared(x[i]!, x[j]!))), 6);
    for (const t of [2, 0.5]) expect(uniformity(scaled, { t })).toBeCloseTo(Math.log(mean(pairsOf(rows).map(([i, j]) => Math.exp(-t * squared(x[i]!, x[j]!))))), 6);
    const training = draw(99, 41, columns).map(unit);
    expect(utilization(scaled, training)).toBeCloseTo(mean(x.map((row) => Math.min(...training.map((other) => squared(row, other))))), 6);
  });

  it('are 0 where all is one point, and do not underflow', () => {
    const same = Array.from({ length: 5 }, () => [1, 2]);
    expect([alignment(same, [0, 0, 0, 0, 0]), utilization(same, same)]).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)]);
    expect(uniformity(same)).toBeCloseTo(0, 7);
    expect(uniformity([[1, 0], [-1, 0]], { t: 300 })).toBeCloseTo(-1200, 3);
  });

  it('refuse what cannot be measured', () => {
    expect(() => alignment([[1], [2]], [0, 1])).toThrow('alignment: labels must have a class of two rows, got none');
    expect(() => uniformity([[1]])).toThrow('uniformity: embeddings must have at least 2 rows, got 1');
    expect(() => uniformity([[1], [2]], { t: 0 })).toThrow('uniformity: t must be in (0, 300], got 0');
    expect(() => utilization([[1]], [[1, 2]])).toThrow('utilization: queries and training must have rows of one length, got 1 and 2');
  });
});
