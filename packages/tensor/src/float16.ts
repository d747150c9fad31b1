// IEEE 754 binary16, held as bits.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** float32 of the bits of a binary16: exact. */
function widen(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  bits[0] = ((half & 0x8000) << 16) | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  return float[0]!;
}

/** All 65,536 of them, made at the first use. */
let widened: Float32Array | undefined;

function widenAll(): Float32Array {
  const table = new Float32Array(65_536);
  for (let half = 0; half < table.length; half++) table[half] = widen(half);
  return table;
}

/** float32 of the bits of binary16 values: exact. @param out as long as `halves`. Default a new array */
export function float16ToFloat32(halves: Uint16Array, out: Float32Array = new Float32Array(halves.length)): Float32Array {
  const table = (widened ??= widenAll());
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i]!]!;
  return out;
}

/** Bits of the binary16 nearest to the float32 with these bits. */
function narrow(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  if (magnitude >= 0x477f_f000) return sign | 0x7c00;
  if (magnitude < 0x3880_0000) {
    bits[0] = magnitude;
    // beside 0.5 the last bit of a float32 is worth what the last bit of a small binary16 is: the sum is rounded as it should be
    float[0] = float[0]! + 0.5;
    return sign | (bits[0] - 0x3f00_0000);
  }
  return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x3800_0000) >>> 13);
}

/** Bits of the nearest binary16, ties to even. Beyond ±65,504 (and half a step) it is infinity. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) out[i] = narrow(words[i]!);
  return out;
}
