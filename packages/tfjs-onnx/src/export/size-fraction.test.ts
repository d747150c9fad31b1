import { describe, expect, it } from 'vitest';
import { fitFraction } from './size-fraction.ts';

const sizes = [{ n: 59 }, { n: 103 }, { n: 73 }];
const at = (value: (n: number) => number): number[] => sizes.map(({ n }) => Math.fround(value(n)));
const n = { constant: 0, terms: [{ factor: 1, axes: ['n'] }] };

describe('fitFraction', () => {
  it('finds what a mean divides by', () => {
    expect(fitFraction(at((x) => 1 / x), sizes)).toEqual({ factor: 1, numerator: null, denominator: n });
    expect(fitFraction(at((x) => -0.5 / (16 * x)), sizes)).toEqual({ factor: -0.03125, numerator: null, denominator: n });
    expect(fitFraction(at((x) => 1 / (3 * x)), sizes)!.factor).toBeCloseTo(1 / 3, 7);
  });

  it('finds what is multiplied', () => expect(fitFraction(at((x) => 0.1 * x), sizes)).toEqual({ factor: 0.1, numerator: n, denominator: null }));

  it('finds the correction of a variance', () => {
    const [count, less] = [{ constant: 0, terms: [{ factor: 256, axes: ['n'] }] }, { constant: -1, terms: [{ factor: 256, axes: ['n'] }] }];
    expect(fitFraction(at((x) => (256 * x) / (256 * x - 1)), sizes)).toEqual({ factor: 1, numerator: count, denominator: less });
  });

  it('takes the product of axes that fits', () => {
    const two = [[59, 61], [103, 61], [59, 101], [103, 101], [73, 79]].map(([a, b]) => ({ a: a!, b: b! }));
    expect(fitFraction(two.map(({ b }) => Math.fround(1 / b)), two)!.denominator!.terms).toEqual([{ factor: 1, axes: ['b'] }]);
    expect(fitFraction(two.map(({ a, b }) => Math.fround(1 / (a * b))), two)!.denominator!.terms).toEqual([{ factor: 1, axes: ['a', 'b'] }]);
  });

  it.each<[string, (x: number) => number]>([['a root', Math.sqrt], ['a logarithm', Math.log], ['zero', () => 0], ['infinity', (x) => (x === 59 ? Infinity : 1)], ['a sum', (x) => 1 + 0.1 / x], ['NaN', () => Number.NaN]])('does not take %s for one', (_, value) => {
    expect(fitFraction(at(value), sizes)).toBeNull();
  });
});
