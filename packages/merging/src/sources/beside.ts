import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { quote } from './tensor-place.ts';

/**
 * The path of a file that another one names. It has to be in the folder or below: a checkpoint from elsewhere must not read what else is on the disk.
 *
 * @param where what errors call the place that names it
 */
export async function fileBeside(folder: string, name: string, where: string): Promise<{ readonly path: string; readonly size: number }> {
  const fail = (rule: string): never => {
    throw new Error(`${where}: a file ${rule}, got ${quote(name)}`);
  };
  if (name === '' || name.includes('\0')) fail('must have a name');
  if (isAbsolute(name) || /^[a-z]:/i.test(name) || name.split(/[/\\]/).includes('..')) fail('must not be outside of the folder');
  const path = join(folder, name);
  const found = await stat(path).catch(() => fail('must be there'));
  if (!found.isFile()) fail('must be a file');
  return { path, size: found.size };
}
