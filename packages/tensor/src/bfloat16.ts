// bfloat16 is the upper half of a float32, held as bits.

/** float32 of the bits of bfloat16 values: exact. @param out as long as `halves`. Default a new array */
export function bfloat16ToFloat32(halves: Uint16Array, out: Float32Array = new Float32Array(halves.length)): Float32Array {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return out;
}

/** Bits of the nearest bfloat16, ties to even. @param out as long as `values`. Default a new array */
export function float32ToBfloat16(values: Float32Array, out: Uint16Array = new Uint16Array(values.length)): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    // rounding up would turn a NaN into infinity, or into a negative zero
    const isNaN = (word & 0x7fff_ffff) > 0x7f80_0000;
    out[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}
