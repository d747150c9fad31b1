import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log } from './elementary.ts';

/** The distance of two doubles in units of the last place of the second. */
const ulps = (x: number, of: number): number => Math.abs(x - of) / Math.max(2 ** (Math.floor(Math.log2(Math.abs(of))) - 52), Number.MIN_VALUE);

describe('log', () => {
  it('is the natural logarithm', () => {
    fc.assert(fc.property(fc.double({ min: 2 ** -1022, noNaN: true, noDefaultInfinity: true }), (x) => ulps(log(x), Math.log(x)) <= 3 || x === 1), { seed: 1, numRuns: 3000 });
    fc.assert(fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), (x) => ulps(log(x), Math.log(x)) <= 3 || x === 1), { seed: 2, numRuns: 3000 });
    expect([log(1), log(0), log(Infinity)]).toEqual([0, -Infinity, Infinity]);
  });

  it('has the same bits on every machine', () => {
    expect([0.1, 3, 1e-300, 1.0000001].map(log)).toEqual([-2.3025850929940455, 1.0986122886681098, -690.7755278982137, 9.999999505838703e-8]);
  });
});

describe('exp', () => {
  it('is the exponential', () => {
    fc.assert(fc.property(fc.double({ min: -745, max: 709.7, noNaN: true }), (x) => ulps(exp(x), Math.exp(x)) <= 3), { seed: 3, numRuns: 3000 });
    fc.assert(fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => ulps(exp(x), Math.exp(x)) <= 3), { seed: 4, numRuns: 3000 });
    expect([exp(0), exp(-800), exp(800), exp(-Infinity), exp(Infinity)]).toEqual([1, 0, Infinity, 0, Infinity]);
  });

  it('has the same bits on every machine', () => {
    expect([0.1, -3, -700, 42].map(exp)).toEqual([1.1051709180756477, 0.049787068367863944, 9.85967654375977e-305, 1739274941520501000]);
  });
});
