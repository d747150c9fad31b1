import type { OnnxData, OnnxTensor, OnnxType } from './model.ts';
import type { FieldHandlers, ProtoReader } from './proto-reader.ts';
import { ARRAY_TYPES } from './types.ts';

/** Which field holds the elements of a type where they are not raw bytes. */
const TYPED_FIELD: Readonly<Record<OnnxType, 'float_data' | 'int32_data' | 'string_data' | 'int64_data' | 'double_data' | 'uint64_data'>> = {
  float32: 'float_data', float64: 'double_data', int64: 'int64_data', uint32: 'uint64_data', uint64: 'uint64_data', string: 'string_data',
  int32: 'int32_data', int16: 'int32_data', int8: 'int32_data', uint16: 'int32_data', uint8: 'int32_data', bool: 'int32_data', float16: 'int32_data', bfloat16: 'int32_data',
};

/** Handlers for the fields of a TensorProto, and what makes the tensor of them. */
export function createTensorReader(from: ProtoReader, elementType: (from: ProtoReader) => OnnxType): { readonly fields: FieldHandlers; finish(): OnnxTensor } {
  const dims: number[] = [];
  const typed = { float_data: [], int32_data: [], string_data: [], int64_data: [], double_data: [], uint64_data: [] } as Record<string, (number | bigint | string)[]>;
  let name = '';
  let dtype: OnnxType | undefined;
  let raw: Uint8Array | undefined;
  const numbers = (field: string, kind: 'varint' | 'float32' | 'float64') => (): void => from.repeated(kind, (value) => { typed[field]!.push(value); });
  const fields: FieldHandlers = {
    1: () => from.repeated('varint', (size) => { dims.push(Number(size)); }),
    2: () => { dtype = elementType(from); },
    3: () => from.fail('tensors in segments are not supported'),
    4: numbers('float_data', 'float32'),
    5: numbers('int32_data', 'varint'),
    6: () => { typed['string_data']!.push(from.text()); },
    7: numbers('int64_data', 'varint'),
    8: () => { name = from.text(); },
    9: () => { raw = from.bytes(); },
    10: numbers('double_data', 'float64'),
    11: numbers('uint64_data', 'varint'),
    13: () => from.fail(`tensor ${name} lies in another file; external data is not supported`),
  };

  function finish(): OnnxTensor {
    const label = `tensor ${name || '(unnamed)'}`;
    if (!dtype) return from.fail(`${label} has no element type`);
    if (dims.some((size) => !Number.isSafeInteger(size) || size < 0)) return from.fail(`${label}: dims [${dims.join(', ')}]`);
    const count = dims.reduce((product, size) => product * size, 1);
    const data = raw ? fromRaw(from, label, dtype, raw, count) : fromTyped(from, label, dtype, typed[TYPED_FIELD[dtype]]!, count);
    return { name, dtype, dims, data };
  }

  return { fields, finish };
}

function fromRaw(from: ProtoReader, label: string, dtype: OnnxType, raw: Uint8Array, count: number): OnnxData {
  if (dtype === 'string') return from.fail(`${label}: strings cannot be raw bytes`);
  const type = ARRAY_TYPES[dtype];
  if (raw.length !== count * type.BYTES_PER_ELEMENT) return from.fail(`${label}: ${count} elements of ${dtype} take ${count * type.BYTES_PER_ELEMENT} bytes, got ${raw.length}`);
  // Not slice(): a Buffer's shares its memory.
  return new type(new Uint8Array(raw).buffer, 0, count);
}

function fromTyped(from: ProtoReader, label: string, dtype: OnnxType, values: readonly (number | bigint | string)[], count: number): OnnxData {
  if (values.length !== count) return from.fail(`${label}: ${count} elements of ${dtype} expected in ${TYPED_FIELD[dtype]}, got ${values.length}`);
  if (dtype === 'string') return values as readonly string[];
  const type = ARRAY_TYPES[dtype];
  const data = new type(new ArrayBuffer(count * type.BYTES_PER_ELEMENT), 0, count);
  const isBig = dtype === 'int64' || dtype === 'uint64';
  // Typed arrays keep the low bits of what does not fit, which is what the format means by int32_data of a narrower type.
  values.forEach((value, i) => { (data as unknown as (number | bigint)[])[i] = isBig ? BigInt(value) : Number(value); });
  return data;
}
