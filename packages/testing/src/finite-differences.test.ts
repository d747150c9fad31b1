import { describe, expect, it } from 'vitest';
import { directionalDifference, finiteDifferences } from './finite-differences.ts';

// f(x, y) = sin(x₀)·x₁ + exp(y₀)
const f = (x: Float64Array, y: Float64Array): number => Math.sin(x[0]!) * x[1]! + Math.exp(y[0]!);
const at = [[0.5, 3], [1]];
const gradient = [[Math.cos(0.5) * 3, Math.sin(0.5)], [Math.E]];

describe('finiteDifferences', () => {
  it('gives the gradient with respect to every array to eleven digits', () => {
    const got = finiteDifferences(f, at);
    expect(got.map((g) => g.length)).toEqual([2, 1]);
    got.flatMap((g) => [...g]).forEach((value, i) => expect(Math.abs(value / gradient.flat()[i]! - 1)).toBeLessThan(1e-11));
  });

  it('scales its step with large arguments and leaves them alone', () => {
    const x = [1e6];
    expect(finiteDifferences((v) => v[0]! ** 2, [x])[0]![0]).toBeCloseTo(2e6, 3);
    expect(x).toEqual([1e6]);
  });

  it('takes polynomials of degree four exactly but for rounding, at any step', () => {
    expect(finiteDifferences((v) => v[0]! ** 4, [[1]], { step: 0.1 })[0]![0]).toBeCloseTo(4, 12);
  });
});

describe('directionalDifference', () => {
  it('is the gradient along a direction', () => {
    const directions = [[1, -2], [0.5]];
    const want = gradient.flat().reduce((sum, g, i) => sum + g * directions.flat()[i]!, 0);
    expect(Math.abs(directionalDifference(f, at, directions) / want - 1)).toBeLessThan(1e-11);
  });

  it('names the direction that does not fit', () => {
    expect(() => directionalDifference(f, at, [[1, 1], [1, 2]])).toThrow('directionalDifference: directions[1] must have 1 elements, got 2');
    expect(() => directionalDifference(f, at, [[1, 1]])).toThrow('directions[1] must have 1 elements, got undefined');
  });
});
