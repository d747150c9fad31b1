import { createRng } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameGeometry } from '../collapse/frame-geometry.ts';
import { simplexEtf } from './simplex-etf.ts';

/** W Wᵀ by loops. */
function gram({ shape, data }: ReturnType<typeof simplexEtf>): number[][] {
  const [classes, d] = shape as [number, number];
  const row = (k: number): Float64Array => data.subarray(k * d, (k + 1) * d);
  return Array.from({ length: classes }, (_, i) => Array.from({ length: classes }, (__, j) => row(i).reduce((sum, value, c) => sum + value * row(j)[c]!, 0)));
}

describe('simplexEtf', () => {
  it('has equal lengths, equal angles and rows that sum to 0, for any classes, features, length and turn', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: -1, max: 9 }), fc.double({ min: 0.01, max: 100, noNaN: true }), fc.option(fc.nat()), (classes, extra, norm, seed) => {
      const frame = simplexEtf({ numClasses: classes, featureDim: Math.max(1, classes + extra), norm, ...(seed !== null && { rng: createRng(seed) }) });
      for (const [i, row] of gram(frame).entries()) {
        for (const [j, product] of row.entries()) expect(product / norm ** 2).toBeCloseTo(i === j ? 1 : -1 / (classes - 1), 10);
      }
      const d = frame.shape[1]!;
      for (let c = 0; c < d; c++) {
        let sum = 0;
        for (let k = 0; k < classes; k++) sum += frame.data[k * d + c]!;
        expect(sum / norm).toBeCloseTo(0, 10);
      }
      const { equinorm, maxAngle, etfError } = frameGeometry(frame);
      expect(Math.max(equinorm, maxAngle, etfError)).toBeLessThan(1e-10);
    }), { numRuns: 60, seed: 1 });
  });

  it('turns with the rng: the same seed the same frame, a coordinate of a row with mean 0 and variance m²/d over many draws', () => {
    const draw = (seed: number): number => simplexEtf({ numClasses: 3, featureDim: 4, rng: createRng(seed) }).data[0]!;
    expect(draw(7)).toBe(draw(7));
    const n = 20_000;
    const rng = createRng(5);
    const values = Array.from({ length: n }, (_, i) => simplexEtf({ numClasses: 3, featureDim: 4, rng: rng.split(i) }).data[0]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const square = values.reduce((sum, value) => sum + value * value, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(0.25 / n));
    // the square of a coordinate on the unit sphere of R⁴ has variance 1/8 − 1/16
    expect(Math.abs(square - 0.25)).toBeLessThan(4 * Math.sqrt(0.0625 / n));
  });

  it('takes a basis: rows are √(C/(C−1)) of its columns less their mean', () => {
    const { data } = simplexEtf({ numClasses: 2, featureDim: 3, norm: 2, basis: [[0, 1], [1, 0], [0, 0]] });
    expect([...data]).toEqual([-1, 1, 0, 1, -1, 0].map((value) => value * Math.SQRT2).map((value) => expect.closeTo(value, 12) as number));
    const exact = simplexEtf({ numClasses: 2, featureDim: 1, basis: [[Math.SQRT1_2, -Math.SQRT1_2]] });
    expect([...exact.data]).toEqual([expect.closeTo(1, 12), expect.closeTo(-1, 12)]);
  });

  it('is possible for 100 classes in 512 features', () => {
    expect(frameGeometry(simplexEtf({ numClasses: 100, featureDim: 512, rng: createRng(0) })).etfError).toBeLessThan(1e-12);
  });

  it.each([
    [{ numClasses: 1, featureDim: 3 }, 'simplexEtf: numClasses must be a whole number >= 2, got 1'],
    [{ numClasses: 5, featureDim: 3 }, 'simplexEtf: featureDim must be a whole number >= 4, got 3'],
    [{ numClasses: 3, featureDim: 3, norm: 0 }, 'simplexEtf: norm must be > 0 and finite, got 0'],
    [{ numClasses: 2, featureDim: 2, basis: [[1, 0], [0, 2]] }, 'simplexEtf: basis must have orthonormal columns'],
    [{ numClasses: 2, featureDim: 1, basis: [[1, 0]] }, 'simplexEtf: basis must have orthonormal rows that sum to 0'],
    [{ numClasses: 2, featureDim: 2, basis: [[1, 0]] }, 'simplexEtf: basis must have shape [2, 2], got [1, 2]'],
    [{ numClasses: 2, featureDim: 2, basis: [[1, 0], [0, NaN]] }, 'simplexEtf: basis: row 1, column 1 must be finite, got NaN'],
  ])('refuses %o', (options, message) => {
    expect(() => simplexEtf(options)).toThrow(new RangeError(message));
  });

  it('refuses both a basis and an rng', () => {
    expect(() => simplexEtf({ numClasses: 2, featureDim: 2, basis: [[1, 0], [0, 1]], rng: createRng(0) })).toThrow('simplexEtf: basis and rng must not come together');
  });
});
