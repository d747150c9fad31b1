import type { OnnxData, OnnxType } from './model.ts';

/** TensorProto.DataType. */
export const TYPE_CODES: Readonly<Record<OnnxType, number>> = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11, uint32: 12, uint64: 13, bfloat16: 16,
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
};

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_CODES = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;
