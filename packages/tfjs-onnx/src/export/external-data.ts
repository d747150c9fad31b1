import type { OnnxModel, OnnxTensor } from '../onnx/model.ts';
import { type ExternalPlace, writeOnnx } from '../onnx/write.ts';

/** A file of elements beside a model. */
export interface ExternalData {
  /** Its name, as the model has it. */
  readonly location: string;
  readonly byteLength: number;
  /** Its bytes in order. Pieces are views on the model's tensors and on zeros: nothing is copied. */
  chunks(): Iterable<Uint8Array>;
}

/** A model in two files. */
export interface SplitModel {
  /** The .onnx file. */
  readonly bytes: Uint8Array;
  readonly data: ExternalData;
}

/** Tensors begin where a page of memory may begin, so that runtimes can map the file. */
const ALIGNMENT = 4096;
/** Models with so many bytes of elements are not put into one message of protobuf, which cannot hold 2 GiB. */
const LARGE = 1.5 * 2 ** 30;
/** Smaller tensors stay in the model: reading them elsewhere is not worth it. In bytes. */
const SMALLEST = 1024;

interface Placed {
  readonly bytes: Uint8Array;
  readonly place: ExternalPlace;
}

function bytesOf({ data }: OnnxTensor): Uint8Array | null {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : null;
}

/** Bytes that the elements of a model's initializers take. */
export function initializerBytes(model: OnnxModel): number {
  return model.graph.initializers.reduce((sum, tensor) => sum + (bytesOf(tensor)?.length ?? 0), 0);
}

/** Whether a model is better kept in two files. */
export function isLarge(model: OnnxModel): boolean {
  return initializerBytes(model) >= LARGE;
}

/**
 * Writes a model whose tensors of 1 KiB and more are in a file of their own: a model of 2 GiB or more cannot be one file, since protobuf does not
 * allow it.
 *
 * @param location the data file's name, which has to lie in the model's folder: 'model.onnx.data'
 * @throws {RangeError} where the location is no plain name of a file
 * @throws {RangeError | TypeError} as `writeOnnx`
 */
export function writeOnnxWithData(model: OnnxModel, location: string): SplitModel {
  if (!/^[^/\\\0]+$/.test(location) || location === '.' || location === '..') throw new RangeError(`writeOnnxWithData: location must be the name of a file, got '${location}'`);
  const placed = new Map<OnnxTensor, Placed>();
  let end = 0;
  for (const tensor of model.graph.initializers) {
    const bytes = bytesOf(tensor);
    if (bytes === null || bytes.length < SMALLEST) continue;
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    placed.set(tensor, { bytes, place: { location, offset, length: bytes.length } });
    end = offset + bytes.length;
  }
  const places = new Map([...placed].map(([tensor, { place }]) => [tensor, place]));
  return { bytes: writeOnnx(model, places), data: { location, byteLength: end, chunks: () => chunksOf([...placed.values()]) } };
}

function* chunksOf(placed: readonly Placed[]): Iterable<Uint8Array> {
  const zeros = new Uint8Array(ALIGNMENT);
  let end = 0;
  for (const { bytes, place } of placed) {
    if (place.offset > end) yield zeros.subarray(0, place.offset - end);
    yield bytes;
    end = place.offset + bytes.length;
  }
}
