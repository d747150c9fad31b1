import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createRng, hostTensor, integer, normal, stateDict } from '@mixwell/tensor';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundle, saveWhole, scratchFolder } from './fixtures.ts';
import { baseShapes, loraConfig, loraShapes, randomTensors, saveAdapter } from '../adapters/fixtures.ts';
import { mergeFiles } from './merge-files.ts';

const { programs } = vi.hoisted(() => ({ programs: { folder: '' } }));
vi.mock('./worker-url.ts', () => ({ get workerUrl() { return pathToFileURL(join(programs.folder, 'merge-worker.js')); } }));

beforeAll(async () => {
  programs.folder = mkdtempSync(join(tmpdir(), 'mixwell-programs-'));
  writeFileSync(join(programs.folder, 'package.json'), '{"type":"module"}');
  await Promise.all(['merge-worker', 'cli'].map((name) => bundle(`${name}.ts`, join(programs.folder, `${name}.js`))));
});
afterAll(() => rmSync(programs.folder, { recursive: true, force: true }));

/** A base and three models of some tensors, one of them large. */
function saveModels(folder: string, size: number): { readonly base: string; readonly models: readonly string[] } {
  const rng = createRng(5);
  const shapes: readonly (readonly [string, readonly number[]])[] = [['embed.weight', [size / 100, 100]], ...Array.from({ length: 6 }, (_, i) => [`layers.${i}.weight`, [97, 103]] as const), ['norm.bias', [7]]];
  const names = ['base', 'a', 'b', 'c'];
  const paths = names.map((name, model) => saveWhole(folder, name, stateDict(shapes.map(([tensor, shape]) => {
    const stream = rng.split(tensor).split(model);
    return [tensor, hostTensor('float32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(stream)))];
  }))));
  return { base: paths[0]!, models: paths.slice(1) };
}

describe('worker threads', () => {
  it('change not a bit, whatever memory they share', async () => {
    const folder = scratchFolder();
    const { base, models } = saveModels(folder, 20_000);
    for (const [method, parameters] of [['pcb', {}], ['ties', { density: 0.3 }], ['ties_authors', {}], ['dare_linear', { density: 0.4, seed: 1, rescale: 'probability' }]] as const) {
      const results = await Promise.all([0, 1, 3].map(async (threads) => {
        const out = join(folder, `${method}-${threads}.safetensors`);
        const report = await mergeFiles(method, { base, models, parameters, out, threads, range: 1000, report: true });
        return { bytes: readFileSync(out).toString('base64'), report };
      }));
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it('compute adapters bit for bit as one thread does', async () => {
    const folder = scratchFolder();
    const base = saveWhole(folder, 'base', randomTensors(1, baseShapes));
    const models = [2, 3].map((seed) => `${base}+${saveAdapter(folder, `lora-${seed}`, randomTensors(seed, loraShapes), loraConfig)}`);
    const bytes = await Promise.all([0, 2].map(async (threads) => {
      const out = join(folder, `out-${threads}.safetensors`);
      await mergeFiles('ties', { base, models, parameters: { density: 0.5 }, out, threads });
      return readFileSync(out).toString('base64');
    }));
    expect(bytes[1]).toEqual(bytes[0]);
  });

  it('say what is wrong with which file', async () => {
    const folder = scratchFolder();
    const { base, models } = saveModels(folder, 1000);
    saveWhole(folder, 'b', stateDict([['norm.bias', hostTensor('float32', [7], Float32Array.of(1, 2, NaN, 0, 0, 0, 0))]]));
    const out = join(folder, 'out');
    await expect(mergeFiles('pcb', { base, models, out, threads: 2, match: 'intersection' })).rejects.toThrow(new RangeError(`merge: norm.bias must be finite, got NaN at element 2 in model 1 (${join(folder, 'b.safetensors')})`));
    expect(readdirSync(folder).sort()).toEqual(['a.safetensors', 'b.safetensors', 'base.safetensors', 'c.safetensors']);
  });
});

describe('a run that is killed', () => {
  it('leaves nothing at the place of the output, and goes on when started again', async () => {
    const folder = scratchFolder();
    const { base, models } = saveModels(folder, 400_000);
    const recipe = join(folder, 'recipe.yaml');
    writeFileSync(recipe, `merge_method: pcb\nbase_model: ${base}\nmodels: [${models.map((model) => `{ model: ${model} }`).join(', ')}]\n`);
    const whole = join(folder, 'whole.safetensors');
    await mergeFiles('pcb', { base, models, out: whole, threads: 0, perModel: models.map(() => ({})) });
    const out = join(folder, 'out.safetensors');
    const rng = createRng(1);
    const start = () => spawn(process.execPath, [join(programs.folder, 'cli.js'), recipe, '--out', out, '--threads', '1'], { stdio: 'ignore' });
    let kills = 0;
    for (let i = 0; i < 4; i++) {
      const child = start();
      const ended = new Promise<number | null>((resolve) => { child.on('close', resolve); });
      await setTimeout(100 + integer(rng, 0, 300));
      child.kill('SIGKILL');
      if (await ended === null) {
        kills++;
        if (!existsSync(out)) continue;
        expect(readFileSync(out).equals(readFileSync(whole))).toBe(true); // it was killed behind its last step
      }
      rmSync(out);
    }
    expect(kills).toBeGreaterThan(0);
    expect(await new Promise((resolve) => { start().on('close', resolve); })).toBe(0);
    expect(readFileSync(out).equals(readFileSync(whole))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
