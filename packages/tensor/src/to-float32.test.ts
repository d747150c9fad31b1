import { describe, expect, it } from 'vitest';
import { hostTensor } from './host-tensor.ts';
import { toFloat32 } from './to-float32.ts';

describe('toFloat32', () => {
  it('converts every element type by its values', () => {
    const tensors = [
      hostTensor('float64', [3], Float64Array.of(1, -0.1, 1e300)), hostTensor('float32', [2], Float32Array.of(1, 2)), hostTensor('float16', [2], Uint16Array.of(0x3c00, 0x7c00)),
      hostTensor('bfloat16', [2], Uint16Array.of(0x3f80, 0xc000)), hostTensor('int64', [2], BigInt64Array.of(5n, -(2n ** 62n))), hostTensor('int32', [1], Int32Array.of(-7)),
      hostTensor('int16', [1], Int16Array.of(-300)), hostTensor('int8', [1], Int8Array.of(-3)), hostTensor('uint8', [1], Uint8Array.of(255)), hostTensor('bool', [2], Uint8Array.of(0, 1)),
    ];
    expect(tensors.map((tensor) => Array.from(toFloat32(tensor).data))).toEqual([[1, Math.fround(-0.1), Infinity], [1, 2], [1, Infinity], [1, -2], [5, -(2 ** 62)], [-7], [-300], [-3], [255], [0, 1]]);
  });

  it('keeps the shape, and the elements of what is float32 already', () => {
    const x = hostTensor('float32', [1, 2], Float32Array.of(1, 2));
    expect(toFloat32(x)).toEqual(x);
    expect(toFloat32(x).data).toBe(x.data);
    expect(toFloat32(hostTensor('uint8', [2, 1], Uint8Array.of(1, 2))).shape).toEqual([2, 1]);
  });
});
