import { dirname, resolve } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { writeFileAtomic } from '@mixwell/tensor/node';
import { type ArgsDef, renderUsage } from 'citty';
import { readArguments } from '../arguments.ts';
import { loadImageTask } from '../reproduce/images/image-task.ts';
import { policiesPage } from './policies-page.ts';

const definitions = {
  'out': { type: 'string', default: 'policies.png', valueHint: 'file', description: 'where the page is written' },
  'seed': { type: 'string', default: '1', valueHint: 'n', description: 'chooses the images' },
  'data-dir': { type: 'string', valueHint: 'folder', description: "Fashion-MNIST's four idx files (default: those of Debian's dataset-fashion-mnist, else MNIST, which comes along)" },
} as const satisfies ArgsDef;

/** `npm run pictures`: writes the page of all policies. @throws {RangeError} that names the argument */
export async function pictures(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${await renderUsage({ meta: { name: 'npm run pictures --', description: 'Draws every mixing policy on real images, on one page.' }, args: definitions })}\n`);
    return;
  }
  const { text, whole } = readArguments(args, definitions);
  const file = resolve(text('out')!);
  const page = await policiesPage(loadImageTask(text('data-dir')), whole('seed', 0));
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, page);
  process.stdout.write(`${file}: ${(page.length / 1000).toFixed(0)} kB\n`);
}
