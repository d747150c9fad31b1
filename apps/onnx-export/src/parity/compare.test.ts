import { hostTensor, type HostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import type { ParityCase } from './parity-cases.ts';

const row = (...values: number[]): HostTensor => hostTensor('float32', [1, values.length], Float32Array.from(values));
const wanted = (logits: HostTensor, scale = 1): ParityCase => ({ inputs: 'normal', batch: 1, feeds: {}, expected: { logits }, scale });

describe('compare', () => {
  it('finds the largest absolute difference', () => {
    expect(compare(wanted(row(1, -4, 2)), { logits: row(1.25, -4.5, 2) }, 0.5)).toEqual({ inputs: 'normal', batch: 1, scale: 1, maxAbsDiff: 0.5, allowed: 0.5, reach: 4, passed: true });
    expect(compare(wanted(row(1, -4, 2)), { logits: row(1.25, -4.5, 2) }, 0.4).passed).toBe(false);
  });

  it('allows what the scale of the case allows', () => {
    expect(compare(wanted(row(100), 100), { logits: row(101) }, 0.02)).toMatchObject({ passed: true, allowed: 2 });
  });

  it('allows no difference at a tolerance of 0, and finds equal outputs equal', () => {
    expect(compare(wanted(row(1, 2)), { logits: row(1, 2) }, 0)).toMatchObject({ passed: true, maxAbsDiff: 0 });
  });

  it('takes the worst of several outputs', () => {
    const item = { ...wanted(row(0)), expected: { a: row(0), b: row(0) } };
    expect(compare(item, { a: row(1), b: row(3) }, 2)).toMatchObject({ maxAbsDiff: 3, passed: false });
  });

  it.each([
    [row(1, 2), row(1, Number.NaN), 'logits: NaN at element 1, expected 2'],
    [row(Number.NaN, 2), row(Number.NaN, 2), 'logits: the network itself gives NaN at element 0'],
    [row(1, 2), row(1, Infinity), 'logits: Infinity at element 1, expected 2'],
    [row(1, -Infinity), row(1, Infinity), 'logits: Infinity at element 1, expected -Infinity'],
    [row(1, 2), row(1), 'logits: shape [1, 1], expected [1, 2]'],
    [row(1), hostTensor('int32', [1, 1], Int32Array.of(1)), 'logits: int32, expected float32'],
  ])('cannot compare %j and %j', (expected, got, problem) => {
    expect(compare(wanted(expected), { logits: got }, 1e9)).toMatchObject({ passed: false, maxAbsDiff: Infinity, problem });
  });

  it('says where an output is missing', () => {
    expect(compare(wanted(row(1)), {}, 1)).toMatchObject({ passed: false, problem: 'logits: the file has no such output' });
  });

  it('finds the same infinities equal', () => {
    expect(compare(wanted(row(1, -Infinity)), { logits: row(1, -Infinity) }, 0)).toMatchObject({ passed: true, maxAbsDiff: 0 });
  });
});
