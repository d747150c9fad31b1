import type { OnnxData, OnnxType } from './model.ts';

/** TensorProto.DataType. */
export const TYPE_CODES: Readonly<Record<OnnxType, number>> = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11, uint32: 12, uint64: 13,
  complex64: 14, complex128: 15, bfloat16: 16, float8e4m3fn: 17, float8e4m3fnuz: 18, float8e5m2: 19, float8e5m2fnuz: 20, uint4: 21, int4: 22, float4e2m1: 23, float8e8m0: 24,
  uint2: 25, int2: 26,
};

const names = new Map(Object.entries(TYPE_CODES).map(([name, code]) => [code, name as OnnxType]));

/** The type of that code, or undefined. */
export function typeOfCode(code: number): OnnxType | undefined {
  return names.get(code);
}

type ArrayConstructor = new (buffer: ArrayBufferLike, offset: number, length: number) => Exclude<OnnxData, readonly string[]>;

/** The array that holds elements of a type. */
export const ARRAY_TYPES: Readonly<Record<Exclude<OnnxType, 'string'>, ArrayConstructor & { readonly BYTES_PER_ELEMENT: number }>> = {
  float32: Float32Array, uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array,
  float16: Uint16Array, float64: Float64Array, uint32: Uint32Array, uint64: BigUint64Array, bfloat16: Uint16Array,
  complex64: Float32Array, complex128: Float64Array, float8e4m3fn: Uint8Array, float8e4m3fnuz: Uint8Array, float8e5m2: Uint8Array, float8e5m2fnuz: Uint8Array, float8e8m0: Uint8Array,
  uint4: Uint8Array, int4: Uint8Array, float4e2m1: Uint8Array, uint2: Uint8Array, int2: Uint8Array,
};

/** Elements of the array per element of the tensor. */
const STORED: Partial<Record<OnnxType, number>> = { complex64: 2, complex128: 2, uint4: 1 / 2, int4: 1 / 2, float4e2m1: 1 / 2, uint2: 1 / 4, int2: 1 / 4 };

/** The length of the array that holds so many elements of a type. */
export function storedLength(dtype: OnnxType, count: number): number {
  return Math.ceil(count * (STORED[dtype] ?? 1));
}

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_CODES = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8, tensors: 9, graphs: 10 } as const;
