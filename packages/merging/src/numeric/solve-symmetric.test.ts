import { createRng, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { solveSymmetric } from './solve-symmetric.ts';

describe('solveSymmetric', () => {
  it('solves what is positive definite', () => {
    const rng = createRng(1);
    const [n, columns] = [12, 3];
    const x = Float64Array.from({ length: 30 * n }, () => normal(rng));
    const a = Float64Array.from({ length: n * n }, (_, at) => Array.from({ length: 30 }, (__, s) => x[s * n + Math.floor(at / n)]! * x[s * n + (at % n)]!).reduce((p, q) => p + q));
    const wanted = Float64Array.from({ length: n * columns }, () => normal(rng));
    const b = Float64Array.from({ length: n * columns }, (_, at) => Array.from({ length: n }, (__, k) => a[Math.floor(at / columns) * n + k]! * wanted[k * columns + (at % columns)]!).reduce((p, q) => p + q));
    solveSymmetric(a, b, n, columns).forEach((got, i) => expect(got).toBeCloseTo(wanted[i]!, 10));
  });
  it('adds a ridge to what is singular and gives zeros for zeros', () => {
    const [x, y] = solveSymmetric(Float64Array.of(1, 1, 1, 1), Float64Array.of(2, 2), 2, 1);
    expect([x, y]).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
    expect(Array.from(solveSymmetric(new Float64Array(4), Float64Array.of(1, 2), 2, 1))).toEqual([0, 0]);
  });
});
