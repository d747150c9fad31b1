import { describe, expect, it } from 'vitest';
import { directionalDifference, finiteDifferences, jacobianDifference } from './finite-differences.ts';

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

describe('jacobianDifference', () => {
  it('is the Jacobian times a direction', () => {
    const [first, second] = jacobianDifference((x, y) => [[x[0]! * y[0]!, x[1]! ** 2], [Math.sin(y[0]!)]], at, [[1, -2], [0.5]]);
    const close = (got: Float64Array | undefined, ...want: number[]): void => want.forEach((value, i) => expect(Math.abs(got![i]! / value - 1)).toBeLessThan(1e-11));
    close(first, 1 * 1 + 0.5 * 0.5, 6 * -2);
    close(second, 0.5 * Math.cos(1));
  });

  it('names the direction that does not fit', () => {
    expect(() => jacobianDifference((x) => [x], [[1]], [[1, 2]])).toThrow('jacobianDifference: directions[0] must have 1 elements, got 2');
  });
});
