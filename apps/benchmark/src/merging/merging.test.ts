import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bfloat16ToFloat32 } from '@mixwell/tensor';
import { readStateDict } from '@mixwell/tensor/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../harness/contestant.ts';
import { parseOptions } from '../options.ts';
import { makeModels } from './make-models.ts';
import { fileWork, mergeWork } from './merge-work.ts';
import { type MergingCase, mergingCases } from './merging-cases.ts';

const size = { models: 3, parameters: 20_000, dtype: 'float32' } as const;
const small = (one: MergingCase): MergingCase => ({ ...one, size: { ...size } });
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mixwell-bench-merging-'));
  makeModels(folder, size);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('models that are made for the bench', () => {
  it('are the same each time, differ from their base, and come in 16 bits too', async () => {
    const [base, model] = await Promise.all(['base', 'model-0'].map((name) => readStateDict(join(folder, `${name}.safetensors`))));
    expect(base!['layers.0.weight']!.shape).toEqual([20_000]);
    expect(base!['layers.0.weight']!.data).not.toEqual(model!['layers.0.weight']!.data);
    const other = mkdtempSync(join(folder, 'other-'));
    makeModels(other, { ...size, dtype: 'bfloat16' });
    const half = bfloat16ToFloat32((await readStateDict(join(other, 'model-0.safetensors')))['layers.0.weight']!.data as Uint16Array);
    half.forEach((x, e) => expect(Math.abs(x - (model!['layers.0.weight']!.data as Float32Array)[e]!)).toBeLessThanOrEqual(2 ** -8 * Math.abs(x)));
  });
});

describe('cases', () => {
  it.each(mergingCases.filter(({ peer }, i) => mergingCases.findIndex((one) => one.peer === peer) === i && peer !== null).map((one) => [one.name, one] as const))('%s merges what PyTorch merges', async (_, one) => {
    const { check, step } = await mergeWork(small(one), folder);
    await step();
    expect((await readStateDict(join(folder, 'ours.safetensors')))['layers.0.weight']!.shape).toEqual([20_000]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    const program = process.env['MIXWELL_PYTHON'];
    if (program === undefined) return;
    const theirs = await start({ program, args: [fileURLToPath(new URL('../../python/merging.py', import.meta.url)), one.peer!, folder, '3', join(folder, 'peer.safetensors')] }, 60);
    if (!('turn' in theirs)) throw new Error(theirs.unavailable);
    await theirs.end();
    if (check !== undefined) expect(theirs.check! / check).toBeCloseTo(1, 5);
  });

  it('are held against reading and writing as much', async () => {
    await fileWork(small(mergingCases[0]!), folder).step();
    expect(statSync(join(folder, 'copied')).size).toBe(statSync(join(folder, 'base.safetensors')).size);
  });

  it('leave out what takes gigabytes, unless it is named', () => {
    expect(parseOptions(['merging']).cases).not.toContain('huge');
    expect(parseOptions(['merging', '--case', 'huge']).cases).toEqual(['huge']);
  });
});
