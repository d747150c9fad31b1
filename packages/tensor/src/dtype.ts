/** The element types of host tensors, of safetensors files, and of ONNX. */
export type DType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** How each element type lies in memory. The 16-bit floats are held as their bits; booleans as 0 and 1. */
export interface DTypeArrays {
  readonly float64: Float64Array;
  readonly float32: Float32Array;
  readonly float16: Uint16Array;
  readonly bfloat16: Uint16Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly int16: Int16Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
}

/** The constructor of each element type's array. */
export const arrayTypes: { readonly [D in DType]: { new (length: number): DTypeArrays[D]; new (buffer: ArrayBufferLike, byteOffset: number, length: number): DTypeArrays[D]; readonly BYTES_PER_ELEMENT: number; readonly name: string } } = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** Bytes of one element. */
export const bytesOf = (dtype: DType): number => arrayTypes[dtype].BYTES_PER_ELEMENT;

export const isDType = (x: unknown): x is DType => typeof x === 'string' && Object.hasOwn(arrayTypes, x);
