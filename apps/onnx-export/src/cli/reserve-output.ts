import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** A place for a file that appears only when it is finished. */
export interface ReservedOutput {
  /** The file in the meantime, in the same folder. */
  readonly temporary: string;
  /** Writes the whole temporary file, down to the disk. */
  write(bytes: Uint8Array): Promise<void>;
  /** Puts the temporary file in the place of the final one, in one step. */
  commit(): Promise<void>;
  /** Removes the temporary file. After `commit` it does nothing. */
  discard(): Promise<void>;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Removes a file if the process is told to end; returns what calls that off. */
function removeOnSignal(path: string): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, () => {
    rmSync(path, { force: true });
    process.exit(EXIT_CODES[signal]);
  }] as const);
  for (const [signal, handler] of handlers) process.once(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/**
 * Proves that a file can be written, before any work is spent on it.
 *
 * @throws {Error} where the folder does not exist or cannot be written to, or the path is a folder
 */
export async function reserveOutput(path: string): Promise<ReservedOutput> {
  const target = await realpath(path).catch(() => resolve(path));
  const folder = dirname(target);
  if (!await stat(folder).then((found) => found.isDirectory(), () => false)) throw new Error(`${path}: the folder ${folder} does not exist`);
  if (await stat(target).then((found) => !found.isFile(), () => false)) throw new Error(`${path}: is not a file, so it cannot be replaced`);
  const temporary = join(folder, `.${basename(target).slice(0, 40)}.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx').catch((error: unknown) => {
    throw Object.assign(error as Error, { path });
  });
  await handle.close();
  const keep = removeOnSignal(temporary);
  return {
    temporary,
    write: (bytes) => writeFile(temporary, bytes, { flush: true }),
    async commit() {
      await rename(temporary, target);
      keep();
    },
    async discard() {
      await rm(temporary, { force: true });
      keep();
    },
  };
}
