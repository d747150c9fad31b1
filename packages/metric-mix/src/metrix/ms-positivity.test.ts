import { describe, expect, it } from 'vitest';
import { msPositivityDerivative } from './ms-positivity-derivative.ts';
import { msPositivityThreshold } from './ms-positivity-threshold.ts';

describe('msPositivityDerivative', () => {
  it('changes its sign at the threshold, and is the slope of the loss', () => {
    const [beta, gamma, m] = [18, 75, 0.77];
    const loss = (s: number, lambda: number): number => Math.log1p(lambda * Math.exp(-beta * (s - m))) / beta + Math.log1p((1 - lambda) * Math.exp(gamma * (s - m))) / gamma;
    for (const lambda of [0.05, 0.3, 0.5, 0.9]) {
      const threshold = msPositivityThreshold(lambda);
      expect(msPositivityDerivative(threshold, lambda)).toBeCloseTo(0, 10);
      expect(msPositivityDerivative(threshold - 0.01, lambda)).toBeLessThan(0);
      expect(msPositivityDerivative(threshold + 0.01, lambda)).toBeGreaterThan(0);
      for (const s of [-1, 0.2, 0.7, 0.8, 1]) expect(msPositivityDerivative(s, lambda)).toBeCloseTo((loss(s + 1e-6, lambda) - loss(s - 1e-6, lambda)) / 2e-6, 6);
    }
    expect(msPositivityDerivative(1, 0, { gamma: 1e6 })).toBe(1);
    expect(msPositivityDerivative(-1, 1, { beta: 1e6 })).toBe(-1);
  });

  it('refuses λ outside [0, 1]', () => {
    expect(() => msPositivityDerivative(0, 1.5)).toThrow('msPositivityDerivative: lambda must be in [0, 1], got 1.5');
  });
});

describe('msPositivityThreshold', () => {
  it('is m at a half, and rises with λ', () => {
    expect(msPositivityThreshold(0.5)).toBe(0.77);
    expect(msPositivityThreshold(0.9, { beta: 2, gamma: 3, m: 0 })).toBeCloseTo(Math.log(9) / 5, 12);
    expect([msPositivityThreshold(0), msPositivityThreshold(1)]).toEqual([-Infinity, Infinity]);
    expect(() => msPositivityThreshold(2)).toThrow('msPositivityThreshold: lambda must be in [0, 1], got 2');
  });
});
