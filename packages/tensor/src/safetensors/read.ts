import { arrayTypes, bytesOf } from '../dtype.ts';
import type { HostTensor } from '../host-tensor.ts';
import { prefixLength, readHeader, readHeaderLength, type SafetensorsEntry } from './header.ts';
import { quote } from './scanner.ts';
import { type StateDict, stateDict } from '../state-dict.ts';

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: StateDict<HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** `slice` of Node's Buffer is a view. */
const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** A tensor from exactly its bytes. Where they are aligned the result is a view of them, else a copy. `where` is what errors call the tensor. */
export function tensorOf({ dtype, shape, begin }: SafetensorsEntry, bytes: Uint8Array, where: string): HostTensor {
  const wrong = dtype === 'bool' ? bytes.findIndex((value) => value > 1) : -1;
  if (wrong !== -1) throw new Error(`${where}: byte ${begin + wrong}: a BOOL must be 0 or 1, got ${bytes[wrong]}`);
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % bytesOf(dtype) === 0 ? bytes : copyOf(bytes);
  return { dtype, shape, data: new arrayTypes[dtype](buffer, byteOffset, byteLength / bytesOf(dtype)) };
}

/**
 * Reads the bytes of a safetensors file. All rules of the format are enforced before any data is touched: header of at most 100 MB, known dtypes, lengths that follow
 * from the shapes, no overlaps, no holes, no key twice, metadata of strings.
 *
 * The tensors are views of `bytes` where their place is a multiple of the element size (the reference implementation and `writeSafetensors` see to that), else copies:
 * do not change `bytes` afterwards.
 *
 * @param bytes F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL are read; the bits of F16 and BF16 stay as they are.
 * @param name what errors call the file. Default 'safetensors'.
 * @throws Error naming the byte or the tensor and what was expected there.
 */
export function readSafetensors(bytes: Uint8Array, name: string = 'safetensors'): Safetensors {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`readSafetensors: bytes must be a Uint8Array, got ${Object.prototype.toString.call(bytes).slice(8, -1)}`);
  const size = bytes.length;
  const length = readHeaderLength(bytes, size, name);
  const { entries, metadata } = readHeader(bytes.subarray(prefixLength, prefixLength + length), size, name);
  const tensors = stateDict(Object.entries(entries).map(([key, entry]): [string, HostTensor] =>
    [key, tensorOf(entry, bytes.subarray(entry.begin, entry.end), `${name}: tensor ${quote(key)}`)]));
  return { tensors, metadata };
}
