import type { OnnxData, OnnxTensor, OnnxType, OnnxUnknown } from './model.ts';
import type { ProtoReader } from './proto-reader.ts';
import { ARRAY_TYPES, storedLength, typeOfCode } from './types.ts';

/** Which field holds the elements of a type where they are not raw bytes: those that are not here are in int32_data. */
const TYPED_FIELD: Partial<Record<OnnxType, TypedField>> = {
  float32: 'float_data', complex64: 'float_data', float64: 'double_data', complex128: 'double_data', int64: 'int64_data', uint32: 'uint64_data', uint64: 'uint64_data', string: 'string_data',
};

type TypedField = 'float_data' | 'int32_data' | 'string_data' | 'int64_data' | 'double_data' | 'uint64_data';

/** More axes are a mistake of the file. */
const MAX_RANK = 64;

/** Where a file says that the elements of a tensor are. */
export interface ExternalSource {
  /** Path of the file, from the folder of the model. */
  readonly location: string;
  readonly offset: string;
  /** '': up to where the elements end. */
  readonly length: string;
  /** What the elements take, in bytes. */
  readonly needed: number;
}

/** Tensors whose elements are in other files; until these are read, they have none. */
export type ExternalSources = Map<OnnxTensor, ExternalSource>;

/** Reads a TensorProto. Without `external` a tensor whose elements are in another file is refused. */
export function readTensor(from: ProtoReader, what: string, external: ExternalSources | null): OnnxTensor {
  const dims: number[] = [];
  const typed: Partial<Record<TypedField, (number | bigint | string)[]>> = {};
  const unknown: Uint8Array[] = [];
  const place: Record<string, string> = {};
  let name = '';
  let dtype: OnnxType | undefined;
  let raw: Uint8Array | undefined;
  let isExternal = false;
  const numbers = (field: TypedField, kind: 'varint' | 'float32' | 'float64') => (): void => {
    const values = (typed[field] ??= []);
    from.repeated(kind, (value) => { values.push(value); });
  };
  from.message(what, {
    1: () => from.repeated('varint', (size) => { dims.push(Number(size)); }),
    2: () => { dtype = elementType(from); },
    3: () => from.fail('tensors in segments are not supported'),
    4: numbers('float_data', 'float32'),
    5: numbers('int32_data', 'varint'),
    6: () => { (typed.string_data ??= []).push(from.text()); },
    7: numbers('int64_data', 'varint'),
    8: () => { name = from.text(); },
    9: () => { raw = from.bytes(); },
    10: numbers('double_data', 'float64'),
    11: numbers('uint64_data', 'varint'),
    13: () => {
      const [key, value] = readPair(from, 'external_data');
      if (key === 'location' || key === 'offset' || key === 'length') place[key] = value;
    },
    14: () => { isExternal = from.size() === 1; },
  }, (field) => unknown.push(field));
  const label = `tensor ${name || '(unnamed)'}`;
  if (!dtype) return from.fail(`${label} has no element type`);
  const count = countOf(from, label, dims);
  const base = { name, dtype, dims, ...unknownOf(unknown) };
  if (!isExternal) return { ...base, data: raw ? fromRaw(from, label, dtype, raw, count) : fromTyped(from, label, dtype, typed, count) };
  if (!external) return from.fail(`${label} lies in another file, ${place['location'] ?? 'without a name'}; loadOnnx reads such models`);
  if (dtype === 'string') return from.fail(`${label}: strings cannot lie in another file`);
  const tensor = { ...base, data: new ARRAY_TYPES[dtype](new ArrayBuffer(0), 0, 0) };
  external.set(tensor, { location: place['location'] ?? '', offset: place['offset'] ?? '', length: place['length'] ?? '', needed: storedLength(dtype, count) * ARRAY_TYPES[dtype].BYTES_PER_ELEMENT });
  return tensor;
}

/** The element type of that code. */
export function elementType(from: ProtoReader): OnnxType {
  const code = from.size();
  return typeOfCode(code) ?? from.fail(`element type ${code} is not known`);
}

/** An entry of metadata or of a place. */
export function readPair(from: ProtoReader, what: string): readonly [string, string] {
  let [key, value] = ['', ''];
  from.message(what, { 1: () => { key = from.text(); }, 2: () => { value = from.text(); } });
  return [key, value];
}

/** Fields that are not known, as one copy; nothing where there are none. */
export function unknownOf(fields: readonly Uint8Array[]): OnnxUnknown {
  if (fields.length === 0) return {};
  const unknown = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of fields) {
    unknown.set(field, at);
    at += field.length;
  }
  return { unknown };
}

function countOf(from: ProtoReader, label: string, dims: readonly number[]): number {
  if (dims.length > MAX_RANK) return from.fail(`${label}: ${dims.length} axes`);
  const count = dims.reduce((product, size) => product * size, 1);
  if (dims.some((size) => !Number.isSafeInteger(size) || size < 0) || !Number.isSafeInteger(count)) return from.fail(`${label}: dims [${dims.join(', ')}]`);
  return count;
}

function fromRaw(from: ProtoReader, label: string, dtype: OnnxType, raw: Uint8Array, count: number): OnnxData {
  if (dtype === 'string') return from.fail(`${label}: strings cannot be raw bytes`);
  const length = storedLength(dtype, count);
  const type = ARRAY_TYPES[dtype];
  if (raw.length !== length * type.BYTES_PER_ELEMENT) return from.fail(`${label}: ${count} elements of ${dtype} take ${length * type.BYTES_PER_ELEMENT} bytes, got ${raw.length}`);
  // Not slice(): a Buffer's shares its memory.
  return new type(new Uint8Array(raw).buffer, 0, length);
}

function fromTyped(from: ProtoReader, label: string, dtype: OnnxType, typed: Partial<Record<TypedField, (number | bigint | string)[]>>, count: number): OnnxData {
  const field = TYPED_FIELD[dtype] ?? 'int32_data';
  const values = typed[field] ?? [];
  const length = storedLength(dtype, count);
  if (values.length !== length) return from.fail(`${label}: ${length} elements of ${dtype} expected in ${field}, got ${values.length}`);
  if (dtype === 'string') return values as readonly string[];
  const type = ARRAY_TYPES[dtype];
  const data = new type(new ArrayBuffer(length * type.BYTES_PER_ELEMENT), 0, length);
  const isBig = dtype === 'int64' || dtype === 'uint64';
  // Typed arrays keep the low bits of what does not fit, which is what the format means by int32_data of a narrower type.
  values.forEach((value, i) => { (data as unknown as (number | bigint)[])[i] = isBig ? BigInt(value) : Number(value); });
  return data;
}
