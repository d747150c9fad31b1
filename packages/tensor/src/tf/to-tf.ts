import * as tf from '@tensorflow/tfjs-core';
import { toFloat32 } from '../half.ts';
import type { HostTensor } from '../host-tensor.ts';
import { toHost, type ToHostInput } from '../to-host.ts';

/** int32 of 64-bit integers. @throws {RangeError} naming the first that does not fit */
function narrow(data: BigInt64Array): Int32Array {
  return Int32Array.from(data, (value, i) => {
    if (BigInt.asIntN(32, value) !== value) throw new RangeError(`toTf: element ${i} must fit in int32, got ${value}`);
    return Number(value);
  });
}

/** The element type that TensorFlow.js has for it, and the elements as that. */
function narrowed(x: HostTensor): ['float32' | 'int32' | 'bool', Float32Array | Int32Array | Uint8Array] {
  const { dtype, data } = x;
  switch (dtype) {
    case 'float64': case 'float32': case 'float16': case 'bfloat16': return ['float32', toFloat32(x).data];
    case 'bool': return ['bool', data as Uint8Array];
    case 'int32': return ['int32', data as Int32Array];
    case 'int64': return ['int32', narrow(data as BigInt64Array)];
    case 'int16': case 'int8': case 'uint8': return ['int32', Int32Array.from(data as Uint8Array)];
  }
}

/**
 * A TensorFlow.js tensor with these elements: floats of any width become float32, integers int32, booleans bool. Some back ends read the elements
 * later: do not write into them.
 *
 * @throws {RangeError} where a 64-bit integer does not fit in int32, naming it
 */
export function toTf(x: ToHostInput): tf.Tensor {
  const host = toHost(x);
  const [dtype, data] = narrowed(host);
  return tf.tensor(data, [...host.shape], dtype);
}
