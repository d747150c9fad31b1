// The 16-bit floats: IEEE 754 binary16, and bfloat16, the upper half of a float32. Rounding is to nearest, ties to even.
import { type DType } from './dtype.ts';
import { type HostTensor, hostTensor } from './host-tensor.ts';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** float32 of the bits of a binary16: exact. */
function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return (sign ? -1 : 1) * fraction * 2 ** -24;
  bits[0] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  return float[0]!;
}

/** All 65,536 of them, made at the first use. */
let widened: Float32Array | undefined;

/** float32 of the bits of binary16 values. */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const table = (widened ??= Float32Array.from({ length: 65_536 }, (_, half) => widenHalf(half)));
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i]!]!;
  return out;
}

/** Bits of binary16 nearest to the values; what is too large becomes infinity. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(source, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fff_ffff;
    if (magnitude > 0x7f80_0000) return sign | 0x7e00;
    if (magnitude >= 0x477f_f000) return sign | 0x7c00;
    if (magnitude < 0x3880_0000) {
      bits[0] = magnitude;
      // adding 0.5 leaves the value in the last bits of the fraction, rounded to multiples of 2⁻²⁴
      float[0] = float[0]! + 0.5;
      return sign | (bits[0] - 0x3f00_0000);
    }
    return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x3800_0000) >>> 13);
  });
}

/** float32 of the bits of bfloat16 values: exact. */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halves[i]! << 16;
  return new Float32Array(out.buffer);
}

/** Bits of bfloat16 nearest to the values. */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < source.length; i++) {
    const word = source[i]!;
    // rounding up would turn a NaN with a small payload into infinity
    out[i] = (word & 0x7fff_ffff) > 0x7f80_0000 ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** The same values as float32: exact for the 16-bit floats and small integers, rounded else. A float32 tensor is returned as it is. */
export function toFloat32(x: HostTensor): HostTensor<'float32'> {
  return hostTensor('float32', x.shape, float32Data(x.dtype, x.data));
}

function float32Data(dtype: DType, data: HostTensor['data']): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  if (dtype === 'float16') return float16ToFloat32(data as Uint16Array);
  if (dtype === 'bfloat16') return bfloat16ToFloat32(data as Uint16Array);
  return new Float32Array(data);
}
