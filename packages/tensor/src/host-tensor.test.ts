import { describe, expect, it } from 'vitest';
import { hostTensor, sizeOf } from './host-tensor.ts';

describe('hostTensor', () => {
  it('holds the elements without a copy', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const x = hostTensor('float32', [2, 3], data);
    expect(x).toEqual({ dtype: 'float32', shape: [2, 3], data });
    expect(x.data).toBe(data);
  });

  it('takes scalars, empty axes and Buffers', () => {
    expect(hostTensor('int64', [], BigInt64Array.of(1n)).shape).toEqual([]);
    expect(hostTensor('bool', [0, 5], new Uint8Array(0)).shape).toEqual([0, 5]);
    expect(hostTensor('uint8', [3], Buffer.from([1, 2, 3])).data).toHaveLength(3);
  });

  it('refuses another array than the element type has', () => {
    expect(() => hostTensor('float32', [1], Float64Array.of(1) as never)).toThrow(new TypeError('hostTensor: data of float32 must be a Float32Array, got Float64Array'));
    expect(() => hostTensor('int32', [1], [1] as never)).toThrow(new TypeError('hostTensor: data of int32 must be a Int32Array, got Array'));
    expect(() => hostTensor('float8' as never, [1], Uint8Array.of(1) as never)).toThrow(/^hostTensor: dtype must be one of float64, float32, .*, got float8$/);
    expect(() => hostTensor('toString' as never, [1], Uint8Array.of(1) as never)).toThrow(/^hostTensor: dtype must be one of/);
  });

  it('refuses a shape that is none, or does not fit', () => {
    for (const shape of [[-1], [1.5], [NaN], ['2'], '2', null]) expect(() => hostTensor('uint8', shape as never, Uint8Array.of(1, 2))).toThrow(/^hostTensor: shape must be whole numbers >= 0, got \[/);
    expect(() => hostTensor('uint8', [2, 3], Uint8Array.of(1, 2))).toThrow(new RangeError('hostTensor: data must have 6 elements for shape [2, 3], got 2'));
  });
});

describe('sizeOf', () => {
  it('is the number of elements', () => {
    expect([sizeOf([]), sizeOf([4]), sizeOf([2, 3, 4]), sizeOf([2, 0, 4])]).toEqual([1, 4, 24, 0]);
  });
});
