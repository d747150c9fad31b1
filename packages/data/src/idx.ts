/**
 * The idx format of the MNIST family (LeCun, Cortes, Burges: "THE MNIST DATABASE of handwritten digits"):
 * two zero bytes, an element type, the number of axes, the axes as big-endian uint32, then the values, big-endian, row by row.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { hostTensor, sizeOf, type HostTensor } from '@mixwell/tensor';

/** What an idx file can hold. */
export type IdxDType = 'uint8' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';

/** A tensor of any of the six element types of idx. */
export type IdxTensor = { [D in IdxDType]: HostTensor<D> }[IdxDType];

interface ElementType {
  readonly dtype: IdxDType;
  readonly bytes: number;
  /** Copies `count` values of this type from the view's byte `start` on. */
  read(view: DataView, start: number, count: number): IdxTensor['data'];
}

const fill = <T extends IdxTensor['data']>(into: T, value: (index: number) => number): T => {
  for (let i = 0; i < into.length; i++) into[i] = value(i);
  return into;
};

const elementTypes: Readonly<Record<number, ElementType>> = {
  0x08: { dtype: 'uint8', bytes: 1, read: (view, start, count) => new Uint8Array(view.buffer, view.byteOffset + start, count).slice() },
  0x09: { dtype: 'int8', bytes: 1, read: (view, start, count) => new Int8Array(view.buffer, view.byteOffset + start, count).slice() },
  0x0b: { dtype: 'int16', bytes: 2, read: (view, start, count) => fill(new Int16Array(count), (i) => view.getInt16(start + 2 * i)) },
  0x0c: { dtype: 'int32', bytes: 4, read: (view, start, count) => fill(new Int32Array(count), (i) => view.getInt32(start + 4 * i)) },
  0x0d: { dtype: 'float32', bytes: 4, read: (view, start, count) => fill(new Float32Array(count), (i) => view.getFloat32(start + 4 * i)) },
  0x0e: { dtype: 'float64', bytes: 8, read: (view, start, count) => fill(new Float64Array(count), (i) => view.getFloat64(start + 8 * i)) },
};

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/** The element type and shape that a header announces, and where the values begin. */
function parseHeader(view: DataView, name: string): { type: ElementType; shape: number[]; start: number } {
  const size = view.byteLength;
  if (size < 4) throw new Error(`${name}: byte ${size}: the file ends inside the idx header, which has at least 4 bytes`);
  for (const byte of [0, 1]) {
    if (view.getUint8(byte) !== 0) throw new Error(`${name}: byte ${byte}: an idx file starts with two zero bytes, got ${hex(view.getUint8(byte))}`);
  }
  const type = elementTypes[view.getUint8(2)];
  if (!type) throw new Error(`${name}: byte 2: the element type must be one of ${Object.keys(elementTypes).map((code) => hex(Number(code))).join(', ')}, got ${hex(view.getUint8(2))}`);
  const rank = view.getUint8(3);
  const start = 4 + 4 * rank;
  if (size < start) throw new Error(`${name}: byte ${size}: the file ends inside the idx header, which has ${start} bytes for ${rank} axes`);
  return { type, shape: Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis)), start };
}

/**
 * The tensor that the bytes of an (unpacked) idx file hold.
 *
 * @param name how errors call the file
 * @throws {Error} naming the file, the byte and what was expected there: wrong magic or type, too few bytes, bytes left over
 */
export function parseIdx(bytes: Uint8Array, name = 'idx data'): IdxTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { type, shape, start } = parseHeader(view, name);
  const count = sizeOf(shape);
  const end = start + count * type.bytes;
  if (bytes.byteLength < end) {
    throw new Error(`${name}: byte ${bytes.byteLength}: the file ends here, but ${type.dtype} values of shape [${shape.join(', ')}] need ${end} bytes (truncated?)`);
  }
  if (bytes.byteLength > end) {
    throw new Error(`${name}: byte ${end}: ${bytes.byteLength - end} bytes follow the ${type.dtype} values of shape [${shape.join(', ')}]`);
  }
  return hostTensor(type.dtype, shape, type.read(view, start, count)) as IdxTensor;
}

function unpack(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    const where = what === 'unexpected end of file' ? `byte ${bytes.length}: the gzip data ends early (truncated?)` : `damaged gzip data: ${what}`;
    throw new Error(`${path}: ${where}`, { cause });
  }
}

/**
 * Reads an idx file, raw or packed with gzip (told by its first bytes, not by its name).
 *
 * @throws {Error} naming the file, the byte and what was expected; or the file system's own error
 */
export function readIdx(path: string): IdxTensor {
  return parseIdx(unpack(readFileSync(path), path), path);
}
