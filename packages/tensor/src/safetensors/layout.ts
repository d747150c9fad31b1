import { bytesOf, type DType, isDType } from '../dtype.ts';
import { checkShape, sizeOf } from '../host-tensor.ts';
import { safetensorsCodes, writingOrder } from './codes.ts';
import { maximalHeaderLength, prefixLength, type SafetensorsEntry } from './header.ts';
import { halfCharacter, quote } from './scanner.ts';

/** A safetensors file before its elements are written. */
export interface SafetensorsLayout {
  /** What the file begins with. */
  readonly header: Uint8Array;
  /** Where the elements of each tensor go, in the order in which they lie. */
  readonly entries: readonly (readonly [name: string, entry: SafetensorsEntry])[];
  /** Bytes of the whole file. */
  readonly size: number;
}

function checkKey(key: string, what: string, caller: string): void {
  if (key === '__proto__' || halfCharacter.test(key)) throw new RangeError(`${caller}: ${what} must be well-formed text other than "__proto__", got ${quote(key)}`);
}

function checkMetadata(metadata: Readonly<Record<string, string>>, caller: string): void {
  for (const [key, value] of Object.entries(metadata)) {
    checkKey(key, 'a metadata key', caller);
    if (typeof value !== 'string' || halfCharacter.test(value)) throw new TypeError(`${caller}: metadata ${quote(key)} must be a well-formed string, got ${JSON.stringify(value)}`);
  }
}

function headerBytes(fields: readonly string[], caller: string): Uint8Array {
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maximalHeaderLength) throw new RangeError(`${caller}: names and metadata must fit into a header of ${maximalHeaderLength} bytes, got ${length}`);
  const bytes = new Uint8Array(prefixLength + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, prefixLength);
  return bytes;
}

/** `safetensorsLayout` for tensors that are known to be some. @param caller the function that errors name */
export function layOut(tensors: Readonly<Record<string, { readonly dtype: DType; readonly shape: readonly number[] }>>, metadata: Readonly<Record<string, string>>, caller: string): SafetensorsLayout {
  checkMetadata(metadata, caller);
  const ordered = Object.entries(tensors).sort(([a, x], [b, y]) => writingOrder(x.dtype) - writingOrder(y.dtype) || (a < b ? -1 : 1));
  let size = 0;
  const places = ordered.map(([key, { dtype, shape }]) => {
    checkKey(key, 'a name', caller);
    if (key === '__metadata__') throw new RangeError(`${caller}: "__metadata__" cannot be the name of a tensor`);
    const begin = size;
    size += sizeOf(shape) * bytesOf(dtype);
    return { key, dtype, shape, begin, end: size };
  });
  const listed = places.map(({ key, dtype, shape, begin, end }) => `${JSON.stringify(key)}:${JSON.stringify({ dtype: safetensorsCodes[dtype], shape, data_offsets: [begin, end] })}`);
  const header = headerBytes(Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`, ...listed] : listed, caller);
  const entries = places.map(({ key, dtype, shape, begin, end }) => [key, { dtype, shape, begin: header.length + begin, end: header.length + end }] as const);
  return { header, entries, size: header.length + size };
}

/**
 * Header and places of a safetensors file with these tensors, whose elements (little-endian) can then be written in any order. The order of the tensors is that of the
 * reference implementation.
 *
 * @param metadata strings by key. Default none.
 * @throws {RangeError} for names, shapes and metadata that no file can hold
 */
export function safetensorsLayout(tensors: Readonly<Record<string, { readonly dtype: DType; readonly shape: readonly number[] }>>, metadata: Readonly<Record<string, string>> = {}): SafetensorsLayout {
  for (const [key, { dtype, shape }] of Object.entries(tensors)) {
    if (!isDType(dtype)) throw new RangeError(`safetensorsLayout: tensor ${quote(key)}: dtype must be one of ${Object.keys(safetensorsCodes).join(', ')}, got ${String(dtype)}`);
    checkShape(`safetensorsLayout: tensor ${quote(key)}`, shape);
  }
  return layOut(tensors, metadata, 'safetensorsLayout');
}
