import { bfloat16ToFloat32 } from './bfloat16.ts';
import { float16ToFloat32 } from './float16.ts';
import { type HostTensor, hostTensor } from './host-tensor.ts';

function float32Data({ dtype, data }: HostTensor): Float32Array {
  switch (dtype) {
    case 'float32': return data as Float32Array;
    case 'float16': return float16ToFloat32(data as Uint16Array);
    case 'bfloat16': return bfloat16ToFloat32(data as Uint16Array);
    case 'int64': return Float32Array.from(data as BigInt64Array, Number);
    default: return new Float32Array(data as Float64Array);
  }
}

/** The same values as float32: exact for 16-bit floats, integers up to 2²⁴ and booleans, the nearest else. The elements of a float32 tensor are not copied. */
export function toFloat32(x: HostTensor): HostTensor<'float32'> {
  return hostTensor('float32', x.shape, float32Data(x));
}
