import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What went wrong, in words. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it is a file',
  ENOSPC: 'the disk is full',
};

/**
 * Makes the folder and proves that files can be written there, before an hour is spent on what they would hold.
 *
 * @throws Error that names the folder and the reason
 */
export async function prepareOutputFolder(folder: string): Promise<void> {
  const probe = join(folder, `.mixwell-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`cannot write to the output folder ${folder}: ${reasons[code] ?? code}`, { cause: error });
  }
}
