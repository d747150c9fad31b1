import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFileAtomic } from './write-file-atomic.ts';

const scratch = mkdtempSync(join(tmpdir(), 'write-file-atomic-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const folder = (): string => mkdtempSync(join(scratch, 'case-'));

describe('writeFileAtomic', () => {
  it('writes text, bytes, and chunks of both from any source', async () => {
    const at = folder();
    const path = join(at, 'f');
    const cases = [['grün', 'grün'], [new Uint8Array([104, 105]), 'hi'], [['a', new Uint8Array([98]), ''], 'ab'], [(async function* () { yield 'x'; yield 'y'; })(), 'xy'], [[], '']] as const;
    for (const [data, wanted] of cases) {
      await writeFileAtomic(path, data);
      expect(readFileSync(path, 'utf8')).toBe(wanted);
    }
    expect(readdirSync(at)).toEqual(['f']);
  });

  it('keeps the old file whole until the new one is', async () => {
    const path = join(folder(), 'f');
    writeFileSync(path, 'old');
    await writeFileAtomic(path, (function* () {
      yield 'new';
      expect(readFileSync(path, 'utf8')).toBe('old');
      yield ' text';
    })());
    expect(readFileSync(path, 'utf8')).toBe('new text');
  });

  it('leaves nothing behind and the old file alone when the source of chunks fails', async () => {
    const at = folder();
    const path = join(at, 'f');
    writeFileSync(path, 'old');
    const cause = new Error('no more');
    await expect(writeFileAtomic(path, (function* () { yield 'part'; throw cause; })())).rejects.toThrow(expect.objectContaining({ message: `writeFileAtomic: cannot write ${path}: no more`, cause }));
    await expect(writeFileAtomic(path, ['part', 5] as string[])).rejects.toThrow(`writeFileAtomic: cannot write ${path}: data must be text or Uint8Array, got Number`);
    await expect(writeFileAtomic(path, new Float32Array(2) as unknown as string[])).rejects.toThrow('data must be text or Uint8Array, got Number');
    expect([readdirSync(at), readFileSync(path, 'utf8')]).toEqual([['f'], 'old']);
  });

  it('names the path that cannot be written', async () => {
    const at = folder();
    writeFileSync(join(at, 'f'), '');
    mkdirSync(join(at, 'folder'));
    for (const [path, rule] of [['none/f', 'ENOENT'], ['f/g', 'ENOTDIR'], ['folder', 'EISDIR']] as const) {
      await expect(writeFileAtomic(join(at, path), 'x')).rejects.toThrow(`writeFileAtomic: cannot write ${join(at, path)}: ${rule}`);
    }
    expect(readdirSync(at).sort()).toEqual(['f', 'folder']);
  });

  // nothing is forbidden to root, or by Windows' folders
  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('names the path in a folder that is read-only', async () => {
    const at = folder();
    chmodSync(at, 0o555);
    await expect(writeFileAtomic(join(at, 'f'), 'x')).rejects.toThrow(`writeFileAtomic: cannot write ${join(at, 'f')}: EACCES`);
    expect(readdirSync(at)).toEqual([]);
  });

  it('follows a symbolic link', async () => {
    const at = folder();
    writeFileSync(join(at, 'target'), 'old');
    symlinkSync('target', join(at, 'link'));
    await writeFileAtomic(join(at, 'link'), 'new');
    expect([lstatSync(join(at, 'link')).isSymbolicLink(), readFileSync(join(at, 'target'), 'utf8')]).toEqual([true, 'new']);
  });

  it('lets the last of several writers win, with a whole file at every moment', async () => {
    const at = folder();
    const path = join(at, 'f');
    const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(100_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(at)).toEqual(['f']);
  });

  it('takes the longest names', async () => {
    const path = join(folder(), 'n'.repeat(255));
    await writeFileAtomic(path, 'x');
    expect(existsSync(path)).toBe(true);
  });
});
