// bfloat16 is the upper half of a float32, held as bits.

/** float32 of the bits of bfloat16 values: exact. */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return out;
}

/** Bits of the nearest bfloat16, ties to even. */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    // rounding up would turn a NaN into infinity, or into a negative zero
    const isNaN = (word & 0x7fff_ffff) > 0x7f80_0000;
    out[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}
