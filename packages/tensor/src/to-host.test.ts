import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { hostTensor } from './host-tensor.ts';
import { toHost, type ToHostInput } from './to-host.ts';

const refuses = (x: unknown, message: string | RegExp): void => expect(() => toHost(x as ToHostInput)).toThrow(message);

describe('toHost of nested arrays', () => {
  it('makes numbers float64, booleans bool, bigints int64', () => {
    expect(toHost([[1, 2.5, NaN], [4, -0, Infinity]])).toEqual(hostTensor('float64', [2, 3], Float64Array.of(1, 2.5, NaN, 4, -0, Infinity)));
    expect(toHost([[true], [false]])).toEqual(hostTensor('bool', [2, 1], Uint8Array.of(1, 0)));
    expect(toHost([2n ** 63n - 1n])).toEqual(hostTensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)));
  });

  it('takes scalars and empty arrays', () => {
    expect(toHost(3)).toEqual(hostTensor('float64', [], Float64Array.of(3)));
    expect(toHost(true)).toEqual(hostTensor('bool', [], Uint8Array.of(1)));
    expect(toHost([])).toEqual(hostTensor('float64', [0], new Float64Array(0)));
    expect(toHost([[], []])).toEqual(hostTensor('float64', [2, 0], new Float64Array(0)));
  });

  it('gives the elements of any regular nesting in order', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), (shape) => {
      let next = 0;
      const nest = (depth: number): number | readonly number[] => (depth === shape.length ? next++ : Array.from({ length: shape[depth]! }, () => nest(depth + 1)) as unknown as readonly number[]);
      const x = toHost(nest(0));
      expect(x.shape).toEqual(shape);
      expect(Array.from(x.data as Float64Array)).toEqual(Array.from({ length: next }, (_, i) => i));
    }), { seed: 1, numRuns: 100 });
  });

  it('names the place where they are ragged or mixed', () => {
    refuses([[1, 2], [3]], 'toHost: x[1] must be an array of 2 as its neighbours are, got an array of 1');
    refuses([[[1], [2]], [[3], [4, 5]]], 'toHost: x[1][1] must be an array of 1 as its neighbours are, got an array of 2');
    refuses([[1, 2], 3], 'toHost: x[1] must be an array of 2 as its neighbours are, got number 3');
    refuses([1, [2]], 'toHost: x[1] must be a number, got an array of 1');
    refuses([[1, 2], [3, true]], 'toHost: x[1][1] must be a number, got boolean true');
    refuses([1n, 2], 'toHost: x[1] must be a bigint, got number 2');
    refuses([1, undefined], 'toHost: x[1] must be a number, got undefined');
    refuses([1, null], 'toHost: x[1] must be a number, got object');
    refuses([2n ** 63n], 'toHost: x must fit in int64, got 9223372036854775808');
  });

  it('refuses what holds no numbers', () => {
    refuses('1', 'toHost: x must be a number, got string 1');
    refuses(['a'], 'toHost: x[0] must be a number, got string a');
    refuses(undefined, 'got undefined');
    refuses(null, 'got object');
    refuses({ values: [1] }, 'toHost: x must be numbers, { data, shape } or a tensor, got an object with the keys [values]');
  });
});

describe('toHost of typed arrays and { data, shape }', () => {
  it('takes the element type from the array, and copies nothing', () => {
    const arrays = { float64: Float64Array.of(1, 2), float32: Float32Array.of(1, 2), int64: BigInt64Array.of(1n, 2n), int32: Int32Array.of(1, 2), int16: Int16Array.of(1, 2), int8: Int8Array.of(1, 2), uint8: Uint8Array.of(1, 2) } as const;
    for (const [dtype, data] of Object.entries(arrays)) {
      expect(toHost(data)).toEqual({ dtype, shape: [2], data });
      expect(toHost(data).data).toBe(data);
      expect(toHost({ data, shape: [1, 2] })).toEqual({ dtype, shape: [1, 2], data });
      expect(toHost({ data, shape: [1, 2] }).data).toBe(data);
    }
  });

  it('sees clamped bytes as bytes, in the same memory', () => {
    const pixels = Uint8ClampedArray.of(1, 2, 300).subarray(1);
    const { dtype, data } = toHost({ data: pixels, shape: [2] });
    expect([dtype, Array.from(data as Uint8Array), data.buffer === pixels.buffer]).toEqual(['uint8', [2, 255], true]);
  });

  it('takes plain numbers with a shape, and host tensors', () => {
    expect(toHost({ data: [1, 2, 3, 4], shape: [2, 2] })).toEqual(hostTensor('float64', [2, 2], Float64Array.of(1, 2, 3, 4)));
    const x = hostTensor('bfloat16', [1], Uint16Array.of(0x3f80));
    expect(toHost(x)).toEqual(x);
    expect(toHost(x).data).toBe(x.data);
  });

  it('refuses arrays that could be anything, and shapes that do not fit', () => {
    refuses(Uint16Array.of(1), 'toHost: data must be one of Float64Array, Float32Array, BigInt64Array, Int32Array, Int16Array, Int8Array, Uint8Array, Uint8ClampedArray, got Uint16Array; say what it holds with hostTensor(dtype, shape, data)');
    refuses(new DataView(new ArrayBuffer(4)), 'got DataView');
    refuses({ data: [1, 2], shape: [3] }, 'toHost: data must have 3 elements for shape [3], got 2');
    refuses({ data: [1, 'b'], shape: [2] }, 'toHost: x[1] must be a number, got string b');
    refuses({ data: Float32Array.of(1), shape: [2] }, 'data must have 2 elements for shape [2], got 1');
    refuses({ data: Float32Array.of(1), shape: 1 }, 'toHost: shape must be whole numbers >= 0, got [1]');
    refuses({ data: Float32Array.of(1), shape: [1], dtype: 'float64' }, 'data of float64 must be a Float64Array, got Float32Array');
  });
});

describe('toHost of TensorFlow.js tensors', () => {
  it('reads float32, int32 and bool', () => {
    expect(toHost(tf.tensor2d([[1.5, 2], [3, 4]]))).toEqual(hostTensor('float32', [2, 2], Float32Array.of(1.5, 2, 3, 4)));
    expect(toHost(tf.tensor1d([1, 2], 'int32'))).toEqual(hostTensor('int32', [2], Int32Array.of(1, 2)));
    expect(toHost(tf.greater(tf.tensor1d([1, 2]), 1))).toEqual(hostTensor('bool', [2], Uint8Array.of(0, 1)));
    expect(toHost(tf.variable(tf.scalar(2)))).toEqual(hostTensor('float32', [], Float32Array.of(2)));
  });

  it('refuses strings and complex numbers, and passes on what a disposed tensor says', () => {
    refuses(tf.tensor(['a']), 'toHost: a TensorFlow.js tensor must be float32, int32, bool, got string');
    refuses(tf.complex(1, 2), 'toHost: a TensorFlow.js tensor must be float32, int32, bool, got complex64');
    const gone = tf.scalar(1);
    gone.dispose();
    refuses(gone, /disposed/);
  });

  it('leaves the tensor as it is', () => {
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    toHost(x);
    expect(tf.memory().numTensors).toBe(before);
    expect(Array.from(x.dataSync())).toEqual([1, 2]);
  });
});

describe('toHost of ONNX Runtime tensors', () => {
  it('reads every element type that host tensors have', () => {
    expect(toHost(new OrtTensor('float32', Float32Array.of(1, 2), [1, 2]))).toEqual(hostTensor('float32', [1, 2], Float32Array.of(1, 2)));
    expect(toHost(new OrtTensor('float64', Float64Array.of(1, 2), [2]))).toEqual(hostTensor('float64', [2], Float64Array.of(1, 2)));
    expect(toHost(new OrtTensor('int64', BigInt64Array.of(1n, -2n), [2]))).toEqual(hostTensor('int64', [2], BigInt64Array.of(1n, -2n)));
    expect(toHost(new OrtTensor('int32', Int32Array.of(7), []))).toEqual(hostTensor('int32', [], Int32Array.of(7)));
    expect(toHost(new OrtTensor('uint8', Uint8Array.of(255), [1]))).toEqual(hostTensor('uint8', [1], Uint8Array.of(255)));
    expect(toHost(new OrtTensor('bool', [true, false], [2]))).toEqual(hostTensor('bool', [2], Uint8Array.of(1, 0)));
  });

  it('takes float16 as bits, whichever array holds it', () => {
    const bits = Uint16Array.of(0x3c00, 0xc000);
    expect(toHost({ type: 'float16', dims: [2], data: bits })).toEqual(hostTensor('float16', [2], bits));
    expect(toHost(new OrtTensor('float16', bits, [2]))).toEqual(hostTensor('float16', [2], bits));
    class Float16Array extends Uint16Array {
      override get [Symbol.toStringTag](): never { return 'Float16Array' as never; }
    }
    expect(toHost({ type: 'float16', dims: [2], data: new Float16Array(bits) })).toEqual(hostTensor('float16', [2], bits));
  });

  it('refuses strings and the unsigned types that host tensors lack', () => {
    refuses(new OrtTensor('string', ['a'], [1]), /^toHost: an ONNX Runtime tensor must be one of float64, .*, bool, got string$/);
    refuses(new OrtTensor('uint16', Uint16Array.of(1), [1]), 'got uint16');
  });
});
