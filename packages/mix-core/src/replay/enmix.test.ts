import { createRng, hostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { applyPlan, enmix, enmixPlan } from '../index.ts';

/** Pearson correlation. */
function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (x: Float32Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    ab += (value - meanA) * (b[i]! - meanB);
    aa += (value - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

describe('enmixPlan', () => {
  it('mixes the first view with the second', () => {
    expect(enmixPlan({ partner: [1, 0, 2], lambda: [0.25, 0.5, 1] })).toMatchObject({ batch: 6, rows: 3, sources: Int32Array.of(0, 4, 1, 3, 2, 5) });
    expect(() => enmixPlan({ partner: [2, 0], lambda: 1 })).toThrow(RangeError);
  });

  it('lowers the correlation with the original by what the formula says: λρ / √(λ² + (1 − λ)²)', () => {
    const size = 100_000;
    const [x, other, noise] = [1, 2, 3].map((seed) => drawnImages(seed, [1, size]).data);
    const rho = 0.6;
    const augmented = x!.map((value, i) => rho * value + Math.sqrt(1 - rho ** 2) * noise![i]!);
    const views = hostTensor('float32', [4, size], Float32Array.from({ length: 4 * size }, (_, i) => [augmented, other!, x!, other!][Math.floor(i / size)]![i % size]!));
    for (const lambda of [0.2, 0.5, 0.9]) {
      const mixed = applyPlan(enmixPlan({ partner: [1, 0], lambda }), views).data.subarray(0, size);
      expect(Math.abs(correlation(mixed, x!) - (lambda * rho) / Math.hypot(lambda, 1 - lambda))).toBeLessThan(0.02);
    }
  });
});

describe('enmix', () => {
  it('draws a λ for each pair unless told otherwise', () => {
    expect(enmix()(createRng(1), { rows: 10 })).toMatchObject({ rows: 5, batch: 10, weights: { length: 10 } });
    expect(enmix({ per: 'batch' })(createRng(1), { rows: 10 })).toMatchObject({ rows: 5, batch: 10, weights: { length: 2 } });
    expect(enmix()(createRng(1), { rows: 2 })).toMatchObject({ sources: Int32Array.of(0, 1) });
  });

  it('refuses a batch that is not two views', () => {
    expect(() => enmix()(createRng(1), { rows: 5 })).toThrow(new RangeError('enmix: batch.rows must be even, since it holds two views of each image, got 5'));
    expect(() => enmix()(createRng(1), { rows: 0 })).toThrow('enmix: batch.rows must be a whole number >= 2, got 0');
    expect(() => enmix({ alpha: 0 })).toThrow('enmix: alpha must be > 0, got 0');
  });
});
