import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as merging from './index.ts';
import { parseRecipe } from './recipe/parse-recipe.ts';
import { bundle, scratchFolder } from './run/fixtures.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('names every function that is exported, and every method with its parameters', () => {
    for (const name of Object.keys(merging)) expect(readme, name).toMatch(new RegExp(`\`[^\`]*\\b${name}\\b`));
    for (const [name, { parameters }] of Object.entries(merging.methods)) {
      const row = readme.split('\n').find((line) => line.startsWith('| ') && line.split('|')[1]!.includes(`\`${name}\``))!;
      expect(row, name).toBeDefined();
      const own = Object.keys(parameters).filter((key) => !['weight', 'lambda', 'normalize', 'density', 'rescale', 'seed', 'epsilon'].includes(key));
      for (const key of own) if (key !== 'gamma' || row.includes('breadcrumbs')) expect(row, `${name}: ${key}`).toContain(`\`${key}\``);
    }
  });

  it('has examples in memory and on the disk that run, and a recipe that is one', async () => {
    const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
    const folder = scratchFolder();
    const [program, bundled] = [join(folder, 'readme.ts'), join(folder, 'readme.mjs')];
    writeFileSync(program, blocks.slice(0, 3).join('\n'));
    await bundle(program, bundled);
    const { stdout, stderr, status } = spawnSync(process.execPath, [bundled], { encoding: 'utf8', env: { ...process.env, TMPDIR: folder } });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Float32Array\(5\).* merge\n/s);
    const [disk] = readdirSync(folder).filter((name) => name.startsWith('merging-'));
    expect(readdirSync(join(folder, disk!)).sort()).toEqual(['base.safetensors', 'lora', 'merged', 'soup.safetensors', 'tuned-0.safetensors', 'tuned-1.safetensors', 'with-lora']);
    const [recipe] = parseRecipe(/```yaml\n(.*?)```/s.exec(readme)![1]!);
    expect(recipe).toMatchObject({ method: 'pcb', baseModel: './base', include: ['model.layers.*'], shapes: 'base', dtype: 'bfloat16' });
  });

  it('computes what its example says', () => {
    const tensor = (...values: number[]) => ({ 'fc.weight': { dtype: 'float32', shape: [1, 5], data: Float32Array.from(values) } }) as const;
    const base = tensor(0, 0, 0, 0, 0);
    const models = [tensor(0.4, -0.2, 0.1, 0.05, -0.3), tensor(0.2, 0.3, 0, -0.1, -0.1)];
    const { merged } = merging.mergeStateDicts('pcb', { base, models, parameters: { ratio: 0.6 }, perModel: [{ lambda: 1 }, { lambda: 1.2 }] });
    expect(Array.from(merged['fc.weight']!.data as Float32Array)).toEqual([0.27, 0.24, 0, 0, -0.3].map((x): number => expect.closeTo(x, 6) as number));
    const ties = merging.mergeStateDicts('ties', { base, models, parameters: { density: [0.1, 0.3] }, perModel: [{ weight: { '*attn*': 2, '*': 1 } }, { weight: 1 }] });
    expect(ties.tensors).toHaveLength(1);
  });
});
