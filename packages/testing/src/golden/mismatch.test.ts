import { describe, expect, it } from 'vitest';
import { mismatch } from './mismatch.ts';

const tolerance = { rtol: 0.1, atol: 0.01 };
const exact = { rtol: 0, atol: 0 };
const compare = (got: number[], wanted: number[], t = tolerance): string | undefined => mismatch({ values: got }, { values: wanted }, t);

describe('mismatch', () => {
  it('allows atol + rtol·|wanted| and nothing more', () => {
    expect(compare([1.1, -2.2], [1, -2])).toBeUndefined();
    expect(compare([0.01], [0])).toBeUndefined();
    expect(compare([1.1101], [1])).toMatch(/^\[0\]: got 1.1101, wanted 1 \(difference 0.110, allowed 0.01 \+ 0.1·\|wanted\|\); 1 of 1 values differ/);
  });

  it('is exact where the tolerance is 0', () => {
    expect(compare([3, 0], [3, -0], exact)).toBeUndefined();
    expect(compare([3, 4], [3, 5], exact)).toMatch(/^\[1\]: got 4, wanted 5/);
  });

  it('takes NaN for NaN and an infinity for itself only', () => {
    expect(compare([NaN, Infinity, -Infinity], [NaN, Infinity, -Infinity])).toBeUndefined();
    for (const [got, wanted] of [[NaN, 1], [1, NaN], [Infinity, -Infinity], [5, Infinity], [Infinity, 5], [NaN, Infinity]] as const) {
      expect(compare([got], [wanted]), `${got} for ${wanted}`).toMatch(`got ${got}, wanted ${wanted}`);
    }
  });

  it('names the worst element by its place in the tensor', () => {
    const wanted = { values: [1, 2, 3, 4, 5, 6], shape: [2, 3] };
    expect(mismatch({ values: [1, 2, 4, 4, 50, 6] }, wanted, tolerance)).toMatch(/^\[1, 1\]: got 50, wanted 5 .*2 of 6 values differ/);
    expect(mismatch({ values: [NaN, 2, 4, 4, 50, 6] }, wanted, tolerance)).toMatch(/^\[0, 0\]: got NaN, wanted 1 /);
  });

  it('compares the number of values always, the shape where both have one', () => {
    expect(compare([1], [1, 2])).toBe('got 1 values, wanted 2');
    expect(mismatch({ values: [1, 2], shape: [2] }, { values: [1, 2], shape: [1, 2] }, tolerance)).toBe('shape: got [2], wanted [1, 2]');
    expect(mismatch({ values: [1, 2] }, { values: [1, 2], shape: [1, 2] }, tolerance)).toBeUndefined();
  });
});
