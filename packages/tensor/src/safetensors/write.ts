import { type HostTensor, hostTensor } from '../host-tensor.ts';
import { layOut } from './layout.ts';
import { quote } from './scanner.ts';

type Tensors = Readonly<Record<string, HostTensor>>;

const bytesOf = ({ data }: HostTensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function checkTensor(key: string, tensor: HostTensor, caller: string): void {
  try {
    hostTensor(tensor.dtype, tensor.shape, tensor.data);
  } catch (cause) {
    throw new TypeError(`${caller}: tensor ${quote(key)}: ${(cause as Error).message}`, { cause });
  }
  const { dtype, data } = tensor;
  const wrong = dtype === 'bool' ? (data as Uint8Array).findIndex((value) => value > 1) : -1;
  if (wrong !== -1) throw new RangeError(`${caller}: tensor ${quote(key)}: a bool must be 0 or 1, got ${data[wrong]} at ${wrong}`);
}

/**
 * The pieces of a safetensors file, in order: header, then the tensors' own bytes (views, no copies). Everything is checked before this returns.
 * @param caller the function that errors name.
 */
export function safetensorsChunks(tensors: Tensors, metadata: Readonly<Record<string, string>>, caller: string): readonly Uint8Array[] {
  for (const [key, tensor] of Object.entries(tensors)) checkTensor(key, tensor, caller);
  const { header, entries } = layOut(tensors, metadata, caller);
  return [header, ...entries.map(([key]) => bytesOf(tensors[key]!))];
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
