import { randomUUID } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

type Chunk = string | Uint8Array;

/** What a file may be made from. Chunks are written one after the other; text is UTF-8. */
export type FileContents = Chunk | Iterable<Chunk> | AsyncIterable<Chunk>;

/** Node writes and reads at most 2 GiB at a time. */
export const largestTransfer: number = 2 ** 30;

async function writeAll(file: FileHandle, chunk: Chunk): Promise<void> {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`data must be text or Uint8Array, got ${Object.prototype.toString.call(bytes).slice(8, -1)}`);
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, largestTransfer));
    done += bytesWritten;
  }
}

async function writeDurably(path: string, data: FileContents): Promise<void> {
  const file = await open(path, 'wx');
  try {
    const chunks = typeof data === 'string' || data instanceof Uint8Array ? [data] : data;
    for await (const chunk of chunks) await writeAll(file, chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename survive a power failure. Windows has no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file so that at every moment, a crash or power failure included, there is the old file or the whole new one: a temporary file in the same folder, fsync,
 * rename, fsync of the folder. A symbolic link stays and its target is replaced. On failure the temporary file is removed and the old file is untouched; only a killed process
 * leaves its `.<name>.<id>.tmp` behind.
 *
 * @param data text, bytes, or chunks of them, which may be made while writing.
 * @throws Error naming the path; its cause is what the system or the chunks' source said.
 */
export async function writeFileAtomic(path: string, data: FileContents): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target).slice(0, 40)}.${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, data);
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new Error(`writeFileAtomic: cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
