import { readFile, stat } from 'node:fs/promises';

/**
 * Class names from `a,b,c`, or from a file with one per line.
 *
 * @throws {Error} where it looks like a file and is none
 */
export async function readLabels(text: string): Promise<readonly string[]> {
  const isFile = await stat(text).then((found) => found.isFile(), () => false);
  if (!isFile && !text.includes(',') && /[\\/]|\.\w+$/.test(text)) throw new Error(`--labels ${text}: no such file`);
  const labels = isFile ? (await readFile(text, 'utf8')).trimEnd().split(/\r?\n/) : text.split(',');
  return labels.map((label) => label.trim());
}
