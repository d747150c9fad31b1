import { readSync } from 'node:fs';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { bfloat16ToFloat32, type DType, float16ToFloat32, sizeOf } from '@mixwell/tensor';
import type { Values } from '../method.ts';
import { bytesPerElement } from './element-bytes.ts';
import { addLowRank, scaleAlong, transposed } from '../adapters/change-values.ts';
import type { OpenFiles } from './open-files.ts';
import { type AdaptedTensor, isStored, type StoredTensor, type TensorPlace } from './tensor-place.ts';

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
  if (!isStored(place)) throw new Error('readBytes: must be a tensor of a file, got one that is computed');
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

const arrayLike = (values: Values, size: number): Values => (values instanceof Float32Array ? new Float32Array(size) : new Float64Array(size));

/** Elements of a tensor with its adapter. Of the factors only what the range needs is read: some rows of one, the other whole. */
function readAdapted(files: OpenFiles, { of, shape, change }: AdaptedTensor, from: number, into: Values): void {
  readValues(files, of, from, into);
  const read = (place: TensorPlace, at: number, size: number): Values => {
    const values = arrayLike(into, size);
    readValues(files, place, at, values);
    return values;
  };
  if (change.kind === 'scale') {
    scaleAlong(into, from, read(change.factor, 0, sizeOf(change.factor.shape)), shape, change.axis);
    return;
  }
  const { a, b, rank, scale, isTransposed } = change;
  const [rows, columns] = [shape[0]!, sizeOf(shape.slice(1))];
  const firstRow = Math.floor(from / columns);
  const count = Math.ceil((from + into.length) / columns) - firstRow;
  if (!isTransposed) {
    addLowRank(into, from, { left: read(b, firstRow * rank, count * rank), right: read(a, 0, rank * columns), rank, columns, scale });
    return;
  }
  const left = arrayLike(into, rank * count);
  for (let k = 0; k < rank; k++) left.set(read(a, k * rows + firstRow, count), k * count);
  addLowRank(into, from, { left: transposed(left, rank, count), right: transposed(read(b, 0, columns * rank), columns, rank), rank, columns, scale });
}

/** Fills `into` with the elements from `from` on, in its own precision. */
export function readValues(files: OpenFiles, place: TensorPlace, from: number, into: Values): void {
  if (!isStored(place)) {
    if ('change' in place) readAdapted(files, place, from, into);
    else into.fill(place.constant);
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
