import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readmeTables } from './fixtures/readme-tables.ts';

const file = fileURLToPath(new URL('../README.md', import.meta.url));

function filledIn(readme: string, name: string, text: string): string {
  const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [readme.indexOf(open), readme.indexOf(close)];
  expect([name, from >= 0 && to > from]).toEqual([name, true]);
  return `${readme.slice(0, from + open.length)}\n${text}\n\n${readme.slice(to)}`;
}

// `vitest run src/readme.test.ts -u` writes them
it('the tables of the README are those of the code', async () => {
  const readme = readFileSync(file, 'utf8');
  await expect(Object.entries(readmeTables).reduce((text, [name, make]) => filledIn(text, name, make()), readme)).toMatchFileSnapshot(file);
});
