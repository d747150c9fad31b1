import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostTensor } from '../host-tensor.ts';
import { toHost } from '../to-host.ts';
import { toTf } from './to-tf.ts';

const read = (x: tf.Tensor): unknown[] => [x.dtype, x.shape, Array.from(x.dataSync())];

describe('toTf', () => {
  it('makes floats float32, integers int32, booleans bool', () => {
    expect(read(toTf(hostTensor('float64', [2], Float64Array.of(0.1, -2))))).toEqual(['float32', [2], [Math.fround(0.1), -2]]);
    expect(read(toTf(hostTensor('float32', [1, 2], Float32Array.of(1, 2))))).toEqual(['float32', [1, 2], [1, 2]]);
    expect(read(toTf(hostTensor('float16', [2], Uint16Array.of(0x3c00, 0xc000))))).toEqual(['float32', [2], [1, -2]]);
    expect(read(toTf(hostTensor('bfloat16', [2], Uint16Array.of(0x3f80, 0xc000))))).toEqual(['float32', [2], [1, -2]]);
    expect(read(toTf(hostTensor('int64', [2], BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n))))).toEqual(['int32', [2], [-(2 ** 31), 2 ** 31 - 1]]);
    expect(read(toTf(hostTensor('int32', [1], Int32Array.of(-7))))).toEqual(['int32', [1], [-7]]);
    expect(read(toTf(hostTensor('int16', [1], Int16Array.of(-300))))).toEqual(['int32', [1], [-300]]);
    expect(read(toTf(hostTensor('int8', [1], Int8Array.of(-3))))).toEqual(['int32', [1], [-3]]);
    expect(read(toTf(hostTensor('uint8', [1], Uint8Array.of(255))))).toEqual(['int32', [1], [255]]);
    expect(read(toTf(hostTensor('bool', [2], Uint8Array.of(1, 0))))).toEqual(['bool', [2], [1, 0]]);
  });

  it('takes scalars, empty axes, and whatever else toHost reads', () => {
    expect(read(toTf(hostTensor('float32', [], Float32Array.of(3))))).toEqual(['float32', [], [3]]);
    expect(read(toTf(hostTensor('int32', [0, 3], new Int32Array(0))))).toEqual(['int32', [0, 3], []]);
    expect(read(toTf([[1, 2], [3, 4]]))).toEqual(['float32', [2, 2], [1, 2, 3, 4]]);
    expect(read(toTf({ type: 'int64', dims: [2], data: BigInt64Array.of(1n, 2n) }))).toEqual(['int32', [2], [1, 2]]);
  });

  it('names the integer that does not fit', () => {
    expect(() => toTf(hostTensor('int64', [3], BigInt64Array.of(0n, 2n ** 31n, 1n)))).toThrow(new RangeError('toTf: element 1 must fit in int32, got 2147483648'));
  });

  it('is undone by toHost for the types that TensorFlow.js has', () => {
    fc.assert(fc.property(fc.float32Array({ noNaN: true, minLength: 1 }), (data) => {
      const x = hostTensor('float32', [1, data.length], data);
      expect(toHost(toTf(x))).toEqual(x);
    }), { seed: 1, numRuns: 50 });
  });
});
