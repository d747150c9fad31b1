import { readSync } from 'node:fs';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { bfloat16ToFloat32, type DType, float16ToFloat32, sizeOf } from '@mixwell/tensor';
import type { Values } from '../method.ts';
import { bytesPerElement } from './element-bytes.ts';
import type { OpenFiles } from './open-files.ts';
import { isStored, type StoredTensor, type TensorPlace } from './tensor-place.ts';

/** Elements that are converted at a time: they stay in the cache. */
const chunkSize = 32_768;
const largestRead = 2 ** 30;
const chunk = new Uint8Array(8 * chunkSize);

/** Fills `into` with the bytes of a file from `begin` on. */
function fill(fd: number, file: string, begin: number, into: Uint8Array): void {
  for (let done = 0; done < into.length;) {
    const count = readSync(fd, into, done, Math.min(into.length - done, largestRead), begin + done);
    if (count === 0) throw new Error(`${file}: byte ${begin + done}: the file ends here, but had more bytes when it was opened`);
    done += count;
  }
}

/** Elements from `from` on that protobuf has packed as varints, in the type's own bytes. */
function unpack(files: OpenFiles, { file, begin, end, dtype, shape }: StoredTensor, from: number, into: Uint8Array): void {
  const packed = new Uint8Array(end - begin);
  fill(files.fd(file), file, begin, packed);
  const reader = new BinaryReader(packed);
  const width = bytesPerElement[dtype];
  const size = sizeOf(shape);
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  let element = 0;
  for (; reader.pos < reader.len && element <= size; element++) {
    const value = BigInt(reader.int64());
    const at = (element - from) * width;
    if (at < 0 || at >= into.length) continue;
    if (width === 8) view.setBigInt64(at, value, true);
    else if (width === 4) view.setInt32(at, Number(BigInt.asIntN(32, value)), true);
    else if (width === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
    else view.setUint8(at, Number(BigInt.asUintN(8, value)));
  }
  if (element !== size) throw new Error(`${file}: byte ${begin}: shape [${shape.join(', ')}] needs ${size} elements, got ${element}${element > size ? ' or more' : ''}`);
}

/** The bytes of the elements from `from` on, as many as `into` holds, little-endian. */
export function readBytes(files: OpenFiles, place: TensorPlace, from: number, into: Uint8Array): void {
  if (!isStored(place)) throw new Error('readBytes: a constant has no bytes');
  if (place.varints) unpack(files, place, from, into);
  else fill(files.fd(place.file), place.file, place.begin + from * bytesPerElement[place.dtype], into);
}

/** Elements of `chunk` as values. */
function convert(dtype: DType, count: number, into: Values): void {
  const halves = new Uint16Array(chunk.buffer, 0, count);
  const single = into instanceof Float32Array ? into : new Float32Array(count);
  switch (dtype) {
    case 'bfloat16': bfloat16ToFloat32(halves, single); break;
    case 'float16': float16ToFloat32(halves, single); break;
    case 'float32': single.set(new Float32Array(chunk.buffer, 0, count)); break;
    case 'float64': into.set(new Float64Array(chunk.buffer, 0, count)); return;
    default: throw new RangeError(`merge: dtype must be float64, float32, float16 or bfloat16, got ${dtype}`);
  }
  if (single !== into) into.set(single);
}

/** Fills `into` with the elements from `from` on, in its own precision. */
export function readValues(files: OpenFiles, place: TensorPlace, from: number, into: Values): void {
  if (!isStored(place)) {
    into.fill(place.constant);
    return;
  }
  if (place.dtype === (into instanceof Float32Array ? 'float32' : 'float64')) {
    readBytes(files, place, from, new Uint8Array(into.buffer, into.byteOffset, into.byteLength));
    return;
  }
  for (let at = 0; at < into.length; at += chunkSize) {
    const count = Math.min(chunkSize, into.length - at);
    readBytes(files, place, from + at, chunk.subarray(0, count * bytesPerElement[place.dtype]));
    convert(place.dtype, count, into.subarray(at, at + count));
  }
}
