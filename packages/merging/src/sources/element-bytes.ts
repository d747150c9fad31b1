import type { DType } from '@mixwell/tensor';

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = { float64: 8, int64: 8, float32: 4, int32: 4, float16: 2, bfloat16: 2, int16: 2, int8: 1, uint8: 1, bool: 1 };

/** Bytes of all elements. @throws {Error} where there are too many for any file */
export function elementBytes(dtype: DType, shape: readonly number[], where: string): number {
  let bytes = bytesPerElement[dtype];
  for (const axis of shape) {
    bytes *= axis;
    if (bytes > Number.MAX_SAFE_INTEGER) throw new Error(`${where}: shape [${shape.slice(0, 16).join(', ')}] must have fewer than 2^53 bytes`);
  }
  return bytes;
}
