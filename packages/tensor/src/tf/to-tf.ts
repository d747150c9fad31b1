import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.ts';
import type { HostTensor } from '../host-tensor.ts';
import { toFloat32 } from '../to-float32.ts';
import { toHost, type ToHostInput } from '../to-host.ts';

/** The element types of TensorFlow.js that hold the others. */
const tfTypes: Readonly<Record<DType, 'float32' | 'int32' | 'bool'>> = {
  float64: 'float32', float32: 'float32', float16: 'float32', bfloat16: 'float32', int64: 'int32', int32: 'int32', int16: 'int32', int8: 'int32', uint8: 'int32', bool: 'bool',
};

function int32Data({ dtype, data }: HostTensor): Int32Array {
  if (dtype === 'int32') return data as Int32Array;
  if (dtype !== 'int64') return new Int32Array(data as Uint8Array);
  return Int32Array.from(data as BigInt64Array, (value, i) => {
    if (BigInt.asIntN(32, value) !== value) throw new RangeError(`toTf: element ${i} must fit in int32, got ${value}`);
    return Number(value);
  });
}

/**
 * A TensorFlow.js tensor with these elements: floats of any width become float32 (the nearest), integers int32, booleans bool. A back end may keep the elements without a copy: do
 * not write into them.
 *
 * @throws {RangeError} naming the first 64-bit integer that does not fit in int32; and as `toHost` does
 */
export function toTf(x: ToHostInput): tf.Tensor {
  const host = toHost(x);
  const dtype = tfTypes[host.dtype];
  const data = dtype === 'float32' ? toFloat32(host).data : dtype === 'int32' ? int32Data(host) : host.data as Uint8Array;
  return tf.tensor(data, [...host.shape], dtype);
}
