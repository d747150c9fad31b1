import { type FileHandle, open } from 'node:fs/promises';
import type { HostTensor } from '../host-tensor.ts';
import { prefixLength, readHeader, readHeaderLength, type SafetensorsEntry, type SafetensorsHeader } from './header.ts';
import { tensorOf } from './read.ts';
import { quote } from './scanner.ts';
import { safetensorsChunks } from './write.ts';
import { type StateDict, stateDict } from '../state-dict.ts';
import { largestTransfer, writeFileAtomic } from '../write-file-atomic.ts';

/** An open safetensors file, of which only the header is in memory. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** What the file holds, by name, and at which bytes: for those who read parts of a tensor. */
  readonly tensors: StateDict<SafetensorsEntry>;
  /** Reads one tensor into memory of its own. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

/** `length` bytes from `begin` on. */
async function readBytes(file: FileHandle, begin: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, largestTransfer), begin + done);
    if (bytesRead === 0) throw new Error(`${path}: byte ${begin + done}: the file ends here, but had more bytes when it was opened`);
    done += bytesRead;
  }
  return bytes;
}

async function readFileHeader(file: FileHandle, path: string): Promise<SafetensorsHeader> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error(`${path}: must be a file`);
  const length = readHeaderLength(await readBytes(file, 0, Math.min(stat.size, prefixLength), path), stat.size, path);
  return readHeader(await readBytes(file, prefixLength, length, path), stat.size, path);
}

/**
 * Opens a safetensors file without reading its tensors, which may be larger than memory. The header is held against all rules of the format first. Close it when done.
 *
 * @throws Error naming the file and the byte or tensor, and what was expected there.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await open(path, 'r');
  const { entries, metadata } = await readFileHeader(file, path).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  let closed = false;
  return {
    metadata,
    tensors: entries,
    async read(name) {
      const entry = entries[name];
      if (closed) throw new Error(`${path}: is closed`);
      if (!entry) throw new RangeError(`${path}: has no tensor ${quote(name)}`);
      return tensorOf(entry, await readBytes(file, entry.begin, entry.end - entry.begin, path), `${path}: tensor ${quote(name)}`);
    },
    async close() {
      closed = true;
      await file.close();
    },
  };
}

/** Reads all tensors of a safetensors file. Errors as those of `openSafetensors`, which also gives the metadata. */
export async function readStateDict(path: string): Promise<StateDict<HostTensor>> {
  const file = await openSafetensors(path);
  try {
    const entries: [string, HostTensor][] = [];
    for (const name of Object.keys(file.tensors)) entries.push([name, await file.read(name)]);
    return stateDict(entries);
  } finally {
    await file.close();
  }
}

/**
 * Writes a safetensors file: as `writeSafetensors`, but tensor by tensor without a second copy in memory, and so that there is always the old file or the whole new one
 * (`writeFileAtomic`). Do not change the tensors before it resolves.
 *
 * @param metadata strings by key. Default none.
 */
export async function saveStateDict(path: string, tensors: Readonly<Record<string, HostTensor>>, metadata: Readonly<Record<string, string>> = {}): Promise<void> {
  await writeFileAtomic(path, safetensorsChunks(tensors, metadata, 'saveStateDict'));
}
