import { type HostTensor, hostTensor } from '../host-tensor.ts';
import { safetensorsCodes, writingOrder } from './codes.ts';
import { maximalHeaderLength, prefixLength } from './header.ts';
import { halfCharacter, quote } from './scanner.ts';

type Tensors = Readonly<Record<string, HostTensor>>;

const bytesOf = ({ data }: HostTensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function checkKey(key: string, what: string, caller: string): void {
  if (key === '__proto__' || halfCharacter.test(key)) throw new RangeError(`${caller}: ${what} must be well-formed text other than "__proto__", got ${quote(key)}`);
}

function checkTensor(key: string, tensor: HostTensor, caller: string): void {
  checkKey(key, 'a name', caller);
  if (key === '__metadata__') throw new RangeError(`${caller}: "__metadata__" cannot be the name of a tensor`);
  try {
    hostTensor(tensor.dtype, tensor.shape, tensor.data);
  } catch (cause) {
    throw new TypeError(`${caller}: tensor ${quote(key)}: ${(cause as Error).message}`, { cause });
  }
  const { dtype, data } = tensor;
  const wrong = dtype === 'bool' ? (data as Uint8Array).findIndex((value) => value > 1) : -1;
  if (wrong !== -1) throw new RangeError(`${caller}: tensor ${quote(key)}: a bool must be 0 or 1, got ${data[wrong]} at ${wrong}`);
}

function checkMetadata(metadata: Readonly<Record<string, string>>, caller: string): void {
  for (const [key, value] of Object.entries(metadata)) {
    checkKey(key, 'a metadata key', caller);
    if (typeof value !== 'string' || halfCharacter.test(value)) throw new TypeError(`${caller}: metadata ${quote(key)} must be a well-formed string, got ${JSON.stringify(value)}`);
  }
}

function header(ordered: readonly (readonly [string, HostTensor])[], metadata: Readonly<Record<string, string>>): Uint8Array {
  let end = 0;
  const listed = ordered.map(([key, tensor]) => {
    const begin = end;
    end += tensor.data.byteLength;
    return `${JSON.stringify(key)}:${JSON.stringify({ dtype: safetensorsCodes[tensor.dtype], shape: tensor.shape, data_offsets: [begin, end] })}`;
  });
  const fields = Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`, ...listed] : listed;
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maximalHeaderLength) throw new RangeError(`writeSafetensors: names and metadata must fit into a header of ${maximalHeaderLength} bytes, got ${length}`);
  const bytes = new Uint8Array(prefixLength + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, prefixLength);
  return bytes;
}

/**
 * The pieces of a safetensors file, in order: header, then the tensors' own bytes (views, no copies). Everything is checked before this returns.
 * @param caller the function that errors name.
 */
export function safetensorsChunks(tensors: Tensors, metadata: Readonly<Record<string, string>>, caller: string): readonly Uint8Array[] {
  const entries = Object.entries(tensors);
  for (const [key, tensor] of entries) checkTensor(key, tensor, caller);
  checkMetadata(metadata, caller);
  const ordered = entries.sort(([a, x], [b, y]) => writingOrder(x.dtype) - writingOrder(y.dtype) || (a < b ? -1 : 1));
  return [header(ordered, metadata), ...ordered.map(([, tensor]) => bytesOf(tensor))];
}

/**
 * The bytes of a safetensors file with these tensors, in the order of the reference implementation (large element types first, then by name), so that every tensor is
 * aligned. A bool must be 0 or 1.
 *
 * @param metadata strings by key. Default none.
 */
export function writeSafetensors(tensors: Tensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const chunks = safetensorsChunks(tensors, metadata, 'writeSafetensors');
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
