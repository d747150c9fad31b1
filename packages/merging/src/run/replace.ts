import { existsSync, readdirSync, renameSync, rmdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Brings a folder's entries, or a file's bytes, to the disk. Windows has no such call for folders. */
export async function sync(path: string): Promise<void> {
  const isFolder = statSync(path).isDirectory();
  if (isFolder && process.platform === 'win32') return;
  const handle = await open(path, isFolder ? 'r' : 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const oldIn = (scratch: string): string => join(scratch, 'old');

/** Whether something is there that must not be lost. */
export const isTaken = (out: string): boolean => existsSync(out) && !(statSync(out).isDirectory() && readdirSync(out).length === 0);

/** Puts back what was moved away by a run that was killed before the new came. */
export function restoreOld(out: string, scratch: string): void {
  if (existsSync(oldIn(scratch)) && !existsSync(out)) renameSync(oldIn(scratch), out);
}

/** Puts `made` at `out`. What is there goes to the scratch folder first; only between the two renames is nothing there. */
export async function replaceWith(made: string, out: string, scratch: string): Promise<void> {
  if (isTaken(out)) renameSync(out, oldIn(scratch));
  else if (existsSync(out)) rmdirSync(out);
  renameSync(made, out);
  await sync(dirname(out));
}
