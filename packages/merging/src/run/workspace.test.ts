import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OutputPlan } from '../outputs/output-plan.ts';
import { scratchFolder } from './fixtures.ts';
import { openWorkspace } from './workspace.ts';

const plan: OutputPlan = { files: [{ name: 'x.bin', size: 8, begins: { header: Uint8Array.of(1, 2) } }], places: {}, texts: [] };
const open = (out: string, fingerprint: string, overwrite = false, inputs: readonly string[] = []) => openWorkspace({ out, fingerprint, plan, overwrite, inputs });

describe('openWorkspace', () => {
  it('remembers what was done for the same merge only', async () => {
    const out = join(scratchFolder(), 'out');
    const first = await open(out, 'a');
    expect([...readFileSync(join(first.folder, 'x.bin'))]).toEqual([1, 2, 0, 0, 0, 0, 0, 0]);
    await first.note([{ unit: 3 }, { unit: 1 }]);
    await first.remember(0, 1, { counts: Float64Array.of(1, 2), sum: 5n });
    const second = await open(out, 'a');
    expect([second.done, second.recall(0, 1), second.recall(0, 0)]).toEqual([[{ unit: 3 }, { unit: 1 }], { value: { counts: Float64Array.of(1, 2), sum: 5n } }, undefined]);
    const other = await open(out, 'b');
    expect([other.done, other.recall(0, 1)]).toEqual([[], undefined]);
  });

  it('forgets a line that was cut off', async () => {
    const out = join(scratchFolder(), 'out');
    await (await open(out, 'a')).note([{ unit: 0 }]);
    const journal = join(out, '..', '.out.merging', 'journal');
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"unit":1`);
    expect((await open(out, 'a')).done).toEqual([{ unit: 0 }]);
  });

  it('puts the output at its place as a whole, with what goes with it', async () => {
    const folder = scratchFolder();
    const out = join(folder, 'deep', 'out');
    writeFileSync(join(folder, 'config.json'), '{}');
    const workspace = await open(out, 'a');
    await workspace.commit([{ name: 'config.json', from: join(folder, 'config.json') }, { name: 'index.json', text: 'i' }]);
    expect(readdirSync(out).sort()).toEqual(['config.json', 'index.json', 'x.bin']);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['out']);
  });

  it('replaces what is there only where it may', async () => {
    const folder = scratchFolder();
    const out = join(folder, 'out');
    mkdirSync(out);
    writeFileSync(join(out, 'old.safetensors'), '');
    await expect(open(out, 'a')).rejects.toThrow(`${out}: is there already; --overwrite (overwrite: true) replaces it once the new one is whole`);
    expect(readdirSync(folder)).toEqual(['out']);
    const workspace = await open(out, 'a', true);
    expect(readdirSync(out)).toEqual(['old.safetensors']);
    await workspace.commit([]);
    expect([readdirSync(out), readdirSync(folder)]).toEqual([['x.bin'], ['out']]);
  });

  it('never replaces what is no checkpoint, or is read', async () => {
    const folder = scratchFolder();
    const out = join(folder, 'out');
    mkdirSync(out);
    writeFileSync(join(out, 'letters.txt'), '');
    await expect(open(out, 'a', true)).rejects.toThrow(`${out}: must not be replaced: it holds no checkpoint`);
    writeFileSync(join(out, 'model.safetensors'), '');
    await expect(open(out, 'a', true, [join(out, 'model.safetensors')])).rejects.toThrow(`the merge reads ${join(out, 'model.safetensors')}`);
    await expect(open(folder, 'a', true)).rejects.toThrow('must not be replaced: it holds a folder, out');
    await expect(open(join(out, 'letters.txt'), 'a', true)).rejects.toThrow('it is a file, and the output a folder');
    mkdirSync(join(folder, 'x.safetensors'));
    mkdirSync(join(folder, 'x.safetensors', 'y'));
    await expect(open(join(folder, 'x.safetensors'), 'a', true)).rejects.toThrow('it is a folder, and the output a file');
    expect([readdirSync(folder).sort(), readdirSync(out).sort()]).toEqual([['out', 'x.safetensors'], ['letters.txt', 'model.safetensors']]);
  });

  it.skipIf(process.platform !== 'linux')('says where no folder can be made', async () => {
    await expect(open('/proc/out', 'a')).rejects.toThrow(/ENOENT: no such file or directory, mkdir '\/proc\/\.out\.merging'/);
  });

  it('begins anew behind a run that was killed once its result was in its place', async () => {
    for (const name of ['out', 'x.safetensors']) {
      const folder = scratchFolder();
      const out = join(folder, name);
      const one: OutputPlan = { ...plan, files: [{ ...plan.files[0]!, name: name === 'out' ? 'x.bin' : name }] };
      const start = () => openWorkspace({ out, fingerprint: 'a', plan: one, overwrite: false, inputs: [] });
      await (await start()).note([{ unit: 0 }]);
      const scratch = join(folder, `.${name}.merging`);
      renameSync(name === 'out' ? join(scratch, 'files') : join(scratch, 'files', name), out);
      await expect(start()).rejects.toThrow('is there already');
      expect(readdirSync(folder)).toEqual([name]);
      mkdirSync(scratch);
      writeFileSync(join(scratch, 'fingerprint'), 'a');
      writeFileSync(join(scratch, 'journal'), '{"unit":0}\n');
      rmSync(out, { recursive: true });
      const workspace = await start();
      expect(workspace.done).toEqual([]);
      await workspace.commit([]);
      expect(readdirSync(folder)).toEqual([name]);
    }
  });

  it('puts back what a killed run moved away', async () => {
    const folder = scratchFolder();
    const out = join(folder, 'out');
    mkdirSync(join(folder, '.out.merging', 'old'), { recursive: true });
    writeFileSync(join(folder, '.out.merging', 'old', 'model'), '');
    await expect(open(out, 'a')).rejects.toThrow('is there already');
    expect(readdirSync(out)).toEqual(['model']);
  });

  it('is one process at a time', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, '.out.merging'));
    writeFileSync(join(folder, '.out.merging', 'pid'), String(process.ppid));
    await expect(open(join(folder, 'out'), 'a')).rejects.toThrow(`out: process ${process.ppid} is writing it`);
    writeFileSync(join(folder, '.out.merging', 'pid'), '999999999');
    (await open(join(folder, 'out'), 'a')).discard();
    expect(existsSync(join(folder, '.out.merging'))).toBe(false);
  });
});
