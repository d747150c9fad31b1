import { rmSync } from 'node:fs';
import { mkdtemp, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type ModelFiles, writeData } from '../runtime/model-files.ts';

/** A place for a file, and for a second one beside it, that appear only when they are finished. */
export interface ReservedOutput {
  /** The file in the meantime, in a folder of its own in the same folder. */
  readonly temporary: string;
  /** The name of the second file: the first one's with '.data' behind it. */
  readonly dataName: string;
  /** Writes everything, down to the disk. */
  write(files: ModelFiles): Promise<void>;
  /** Puts what was written in its place: one file in one step; of two, never a new one beside an old one. */
  commit(): Promise<void>;
  /** Removes what was written. After `commit` it does nothing. */
  discard(): Promise<void>;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Removes a folder if the process is told to end; returns what calls that off. */
function removeOnSignal(path: string): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, () => {
    rmSync(path, { recursive: true, force: true });
    process.exit(EXIT_CODES[signal]);
  }] as const);
  for (const [signal, handler] of handlers) process.once(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

/** The old model goes before the new data comes, and comes back if that fails: a model must never be found beside the data of another. */
async function replaceBoth(scratch: string, target: string, targetData: string): Promise<void> {
  const places = [target, targetData].map((place, i) => ({ place, old: join(scratch, `old${i}`), made: join(scratch, basename(place)) }));
  const moved: typeof places = [];
  try {
    for (const item of places) {
      if (!await exists(item.place)) continue;
      await rename(item.place, item.old);
      moved.push(item);
    }
    for (const { made, place } of places.toReversed()) await rename(made, place);
  } catch (error) {
    for (const { old, place } of moved.toReversed()) await rename(old, place).catch(() => {});
    throw error;
  }
}

/** A rename is on the disk when its folder is. Not every system lets folders be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * Proves that a file can be written, before any work is spent on it.
 *
 * @throws {Error} where the folder does not exist or cannot be written to, or the path is a folder
 */
export async function reserveOutput(path: string): Promise<ReservedOutput> {
  const target = await realpath(path).catch(() => resolve(path));
  const folder = dirname(target);
  const dataName = `${basename(target)}.data`;
  if (!await stat(folder).then((found) => found.isDirectory(), () => false)) throw new Error(`${path}: the folder ${folder} does not exist`);
  for (const place of [target, join(folder, dataName)]) {
    if (await stat(place).then((found) => !found.isFile(), () => false)) throw new Error(`${place === target ? path : place}: is not a file, so it cannot be replaced`);
  }
  const scratch = await mkdtemp(join(folder, `.${basename(target).slice(0, 40)}.`)).catch((error: unknown) => {
    throw Object.assign(error as Error, { path });
  });
  const keep = removeOnSignal(scratch);
  const temporary = join(scratch, basename(target));
  let hasData = false;
  const discard = async (): Promise<void> => {
    await rm(scratch, { recursive: true, force: true });
    keep();
  };
  return {
    temporary,
    dataName,
    discard,
    async write({ bytes, data }) {
      hasData = data !== undefined;
      if (data) await writeData(join(scratch, dataName), data);
      await writeFile(temporary, bytes, { flush: true });
    },
    async commit() {
      await (hasData ? replaceBoth(scratch, target, join(folder, dataName)) : rename(temporary, target));
      await syncFolder(folder);
      await discard();
    },
  };
}
