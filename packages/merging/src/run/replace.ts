import { existsSync, readdirSync, realpathSync, renameSync, rmdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

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

/**
 * Keeps what is no checkpoint, or is read by the merge, from being replaced.
 *
 * @param isFile whether the output is a file
 * @throws {Error} naming what would be lost
 */
export function checkReplaceable(out: string, isFile: boolean, inputs: readonly string[]): void {
  const fail = (problem: string): never => {
    throw new Error(`${out}: must not be replaced: ${problem}`);
  };
  const isFolder = statSync(out).isDirectory();
  if (isFolder === isFile) fail(`it is a ${isFolder ? 'folder, and the output a file' : 'file, and the output a folder'}`);
  const real = realpathSync(out);
  const read = inputs.find((input) => realpathSync(input) === real || realpathSync(input).startsWith(real.endsWith(sep) ? real : real + sep));
  if (read !== undefined) fail(`the merge reads ${read}`);
  if (isFile) return;
  const entries = readdirSync(out, { withFileTypes: true });
  const folder = entries.find((entry) => entry.isDirectory());
  if (folder) fail(`it holds a folder, ${folder.name}`);
  if (!entries.some(({ name }) => /\.(safetensors|onnx)$/.test(name))) fail('it holds no checkpoint');
}

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
