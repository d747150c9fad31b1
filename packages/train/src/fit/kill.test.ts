import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRng, integer } from '@mixwell/tensor';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../../..', import.meta.url));
/** Inside of the package, so that Node finds TensorFlow.js from there. */
const scratch = mkdtempSync(join(packages, 'train', 'node_modules', '.kill-'));
const program = join(scratch, 'interrupted.mjs');
const folder = mkdtempSync(join(tmpdir(), 'mixwell-kill-'));

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../fixtures/interrupted.ts', import.meta.url))],
    outfile: program, bundle: true, platform: 'node', format: 'esm', target: 'node20', external: ['@tensorflow/*'], logLevel: 'error',
    plugins: [{
      name: 'sources',
      setup: (esbuild) => esbuild.onResolve({ filter: /^@mixwell\// }, ({ path }) => {
        const [, name, entry = 'index'] = path.split('/');
        return { path: join(packages, name!, 'src', `${entry}.ts`) };
      }),
    }],
  });
});
afterAll(() => [scratch, folder].forEach((path) => rmSync(path, { recursive: true, force: true })));

interface Run {
  readonly child: ChildProcess;
  /** What it printed; empty where it was killed. */
  readonly ended: Promise<string>;
}

function start(checkpoints: string): Run {
  const child = spawn(process.execPath, [program, checkpoints], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => { printed += text.toString(); });
  return { child, ended: new Promise((resolve) => { child.on('close', () => resolve(printed)); }) };
}

const namesIn = (path: string): string[] => readdirSync(path);
const isHalf = (name: string): boolean => name.endsWith('.tmp');

/** Waits until a file is being written that was not there before, or the program ends. */
async function whileWriting({ ended }: Run, path: string): Promise<void> {
  const before = new Set(namesIn(path));
  let over = false;
  void ended.then(() => { over = true; });
  while (!over && !namesIn(path).some((name) => isHalf(name) && !before.has(name))) await setTimeout(0);
}

describe('kill -9', () => {
  it('at any moment, also while a checkpoint is written, changes no number of the result', async () => {
    const undisturbed = mkdtempSync(join(folder, 'whole-'));
    const whole = start(undisturbed);
    const disturbed = mkdtempSync(join(folder, 'killed-'));
    const rng = createRng(1);
    let result = '';
    let halfWritten = 0;
    let kills = 0;
    for (; result === '' && kills < 30; kills++) {
      const run = start(disturbed);
      await whileWriting(run, disturbed);
      // every other time right here, in the middle of a write; else some time later
      if (kills % 2 === 1) await setTimeout(integer(rng, 0, 150));
      if (kills < 8) run.child.kill('SIGKILL');
      result = await run.ended;
      halfWritten += namesIn(disturbed).filter(isHalf).length;
    }
    expect(result).toMatch(/^[0-9a-f]{64} \d 5\n$/);
    expect(result).toBe(await whole.ended);
    expect(kills).toBeGreaterThan(3);
    expect(halfWritten).toBeGreaterThan(0);
    expect(namesIn(disturbed).sort()).toEqual(['checkpoint-0000000039.safetensors', 'checkpoint-0000000040.safetensors']);
  });
});
