import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['packages', 'apps'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)));

/** The fenced blocks of one language, in order. */
function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');
}

/** Runs TypeScript as plain Node would run it in a project that has the built package of `folder` and what that leans on. */
function runIn(folder: string, source: string): void {
  const { code } = transformSync(source, { loader: 'ts', format: 'esm', target: 'node20' });
  const scratch = mkdtempSync(join(folder, '.snippet-'));
  try {
    writeFileSync(join(scratch, 'main.mjs'), code);
    const result = spawnSync(process.execPath, ['main.mjs'], { cwd: scratch, encoding: 'utf8' });
    expect(result.stderr + (result.status === 0 ? '' : `exit code ${result.status}`), source).not.toMatch(/Error|exit code/);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

describe('the code in the READMEs runs', () => {
  for (const folder of folders) {
    const file = join(folder, 'README.md');
    const snippets = existsSync(file) ? blocks(readFileSync(file, 'utf8'), 'ts') : [];
    if (snippets.length > 0) it(file.slice(root.length), () => runIn(folder, snippets.join('\n')));
  }

  // each of the three uses in the main README stands by itself; the demo leans on every package
  for (const [index, snippet] of blocks(readFileSync(join(root, 'README.md'), 'utf8'), 'ts').entries()) {
    it(`README.md, block ${index + 1}`, () => runIn(join(root, 'apps', 'demo'), snippet));
  }
});
