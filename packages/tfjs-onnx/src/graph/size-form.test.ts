import { describe, expect, it } from 'vitest';
import { evaluateSize, fitSizes, printSize, type TraceSizes } from './size-form.ts';

const one: TraceSizes = [{ batch: 5 }, { batch: 7 }, { batch: 11 }];
const two: TraceSizes = [{ n: 5, t: 7 }, { n: 13, t: 7 }, { n: 5, t: 11 }, { n: 13, t: 11 }, { n: 17, t: 19 }];
const at = (sizes: TraceSizes, value: (axes: Readonly<Record<string, number>>) => number): number[] => sizes.map(value);

describe('fitSizes', () => {
  it('finds how a number depends on one axis', () => {
    const form = fitSizes(at(one, ({ batch }) => 49 * batch! - 3), one)!;
    expect([printSize(form), evaluateSize(form, { batch: 2 })]).toEqual(['49*batch - 3', 95]);
    expect(printSize(fitSizes(at(one, ({ batch }) => -batch!), one)!)).toBe('-1*batch');
    expect(printSize(fitSizes(at(one, ({ batch }) => batch!), one)!)).toBe('batch');
    expect(printSize(fitSizes([4, 4, 4], one)!)).toBe('4');
  });

  it('finds products of axes', () => {
    const form = fitSizes(at(two, ({ n, t }) => 2 * n! * t! + 3 * t! + 1), two)!;
    expect([printSize(form), evaluateSize(form, { n: 10, t: 2 })]).toEqual(['3*t + 2*n*t + 1', 47]);
    expect(printSize(fitSizes(at(two, ({ n, t }) => n! + t!), two)!)).toBe('n + t');
  });

  it('finds nothing where the number depends on the sizes in another way', () => {
    expect(fitSizes(at(one, ({ batch }) => batch! ** 2), one)).toBeNull();
    expect(fitSizes(at(one, ({ batch }) => Math.ceil(batch! / 2)), one)).toBeNull();
    expect(fitSizes(at(one, ({ batch }) => 1 / batch!), one)).toBeNull();
    expect(fitSizes(at(two, ({ n, t }) => Math.max(n!, t!)), two)).toBeNull();
  });
});
