import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bfloat16ToFloat32, float32ToBfloat16, float32ToFloat16, hostTensor, type HostTensor, type StateDict, stateDict } from '@mixwell/tensor';
import { readStateDict } from '@mixwell/tensor/node';
import { describe, expect, it } from 'vitest';
import { family } from '../fixtures.ts';
import { mergeStateDicts } from '../merge-state-dicts.ts';
import { openCheckpoint } from '../sources/open-checkpoint.ts';
import { saveWhole, scratchFolder } from './fixtures.ts';
import { mergeFiles } from './merge-files.ts';

const f32 = (shape: readonly number[], ...values: number[]): HostTensor => hostTensor('float32', shape, Float32Array.from(values));
const plain = (dict: StateDict<HostTensor>): object => ({ ...dict });

/** Merges as files what can be merged in memory too, and holds the two against one another. */
async function both(method: 'linear' | 'task_arithmetic' | 'pcb', base: StateDict<HostTensor> | undefined, models: readonly StateDict<HostTensor>[], options: Partial<Parameters<typeof mergeStateDicts>[1]> = {}): Promise<StateDict<HostTensor>> {
  const folder = scratchFolder();
  const files = { ...(base && { base: saveWhole(folder, 'base', base) }), models: models.map((model, i) => saveWhole(folder, `m${i}`, model)) };
  const { base: _, models: __, companions: ___, ...policies } = { ...options, models: [], base: {}, companions: [] };
  const out = join(folder, 'out.safetensors');
  await mergeFiles(method, { ...files, ...policies, out, threads: 0, range: 2 });
  const merged = await readStateDict(out);
  expect(plain(merged)).toEqual(plain(mergeStateDicts(method, { ...(base && { base }), models, ...options }).merged));
  return merged;
}

describe('mergeFiles, policy by policy', () => {
  it('crops, or keeps the rest of the base', async () => {
    const base = { x: f32([2, 3], 1, 2, 3, 4, 5, 6), y: f32([3], 1, 2, 3) };
    const models = [{ x: f32([3, 2], 3, 4, 6, 7, 8, 9), y: f32([3], 2, 2, 2) }];
    expect((await both('task_arithmetic', base, models, { shapes: 'crop' }))['x']!.shape).toEqual([2, 2]);
    expect((await both('task_arithmetic', base, models, { shapes: 'base' }))['x']!.shape).toEqual([2, 3]);
    await both('task_arithmetic', { x: f32([2], 1, 2) }, [{ x: f32([3], 3, 4, 5) }], { shapes: 'crop' });
    await expect(both('task_arithmetic', base, models)).rejects.toThrow(/x must have one shape, got \[2, 3\] in the base (\(\S+base\.safetensors\) )?and \[3, 2\] in model 0/);
  });

  it('copies whole numbers, tensors that are left out and those that a model lacks', async () => {
    const count = (n: bigint): HostTensor => hostTensor('int64', [3], BigInt64Array.of(n, 1n, 2n));
    const dict = (n: bigint, x: number) => ({ n: count(n), x: f32([2], x, x), y: f32([2], x, -x), flags: hostTensor('bool', [1], Uint8Array.of(1)) });
    await both('linear', undefined, [dict(5n, 1), dict(5n, 2)], { include: 'x' });
    await both('linear', dict(1n, 0), [dict(5n, 1), dict(6n, 2)], { integers: 'base' });
    await both('linear', { ...dict(5n, 1), z: f32([1], 3) }, [dict(5n, 1), { ...dict(5n, 2), w: f32([1], 4) }], { match: 'base' });
    expect(Object.keys(await both('linear', { ...dict(5n, 1), z: f32([1], 3) }, [dict(5n, 1)], { match: 'intersection' }))).not.toContain('z');
    const folder = scratchFolder();
    const models = [dict(5n, 1), dict(6n, 2)].map((model, i) => saveWhole(folder, `m${i}`, model));
    await expect(mergeFiles('linear', { models, out: join(folder, 'out'), threads: 0 })).rejects.toThrow(/merge: n is not merged and must be the same in every model; integers 'base' copies that of the base or first model, got others in .*m0\.safetensors and .*m1\.safetensors/);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('keeps tied tensors tied', async () => {
    const dict = (...values: number[]) => ({ embed: f32([5], ...values), head: f32([5], ...values), x: f32([1], values[0]!) });
    const tied = { tied: [['embed', 'head']] };
    const [base, models] = [dict(0, 0, 0, 0, 0), [dict(0.4, -0.2, 0.1, 0.05, -0.3), dict(0.2, 0.3, 0, -0.1, -0.1)]];
    const merged = await both('pcb', base, models, { ...tied, parameters: { ratio: 0.5 } });
    expect(merged['head']).toEqual(merged['embed']);
    const folder = scratchFolder();
    const apart = [dict(1, 1, 1, 1, 1), { ...dict(1, 1, 1, 1, 1), head: f32([5], 1, 1, 2, 1, 1) }].map((model, i) => saveWhole(folder, `m${i}`, model));
    await expect(mergeFiles('linear', { models: apart, out: join(folder, 'out'), threads: 0, ...tied })).rejects.toThrow(/merge: embed and head must be one tensor in every model/);
  });

  it('takes and gives every float type, computed in the one that was asked for', async () => {
    const values = Float32Array.of(1.1, -2.5, 3e-5, 700);
    const halves = (shift: number): StateDict<HostTensor> => ({ b: hostTensor('bfloat16', [4], float32ToBfloat16(values.map((x) => x + shift))), h: hostTensor('float16', [4], float32ToFloat16(values.map((x) => x * (1 + shift)))) });
    for (const dtype of [undefined, 'float32', 'float64', 'float16', 'bfloat16'] as const) {
      for (const arithmetic of ['float32', 'float64'] as const) await both('linear', undefined, [halves(0), halves(0.3), halves(0.7)], { ...(dtype && { dtype }), arithmetic });
    }
    expect((await both('linear', undefined, [halves(0)]))['b']).toEqual(halves(0)['b']);
    expect(Array.from(bfloat16ToFloat32((await both('task_arithmetic', halves(0), [halves(0)]))['b']!.data as Uint16Array))).toEqual(Array.from(bfloat16ToFloat32(halves(0)['b']!.data as Uint16Array)));
    const folder = scratchFolder();
    const large = saveWhole(folder, 'm', { x: f32([5], 0, 0, 0, 1e6, 0) });
    await expect(mergeFiles('linear', { models: [large], dtype: 'float16', out: join(folder, 'out'), threads: 0, range: 2 })).rejects.toThrow('merge: x must fit float16, got 1000000 at element 3');
  });

  it('averages running statistics', async () => {
    const dict = (x: number, mean: number) => ({ x: f32([3], x, x, x), 'bn.running_mean': f32([3], mean, mean, mean) });
    await both('task_arithmetic', dict(0, 10), [dict(1, 2), dict(2, 4)], { batchNorm: 'average' });
    await both('task_arithmetic', dict(0, 10), [dict(1, 2), dict(2, 4)], { batchNorm: 'base' });
  });

  it('does steps behind the method', async () => {
    const { base, models } = family(3, 2);
    const folder = scratchFolder();
    const files = { base: saveWhole(folder, 'base', base), models: models.map((model, i) => saveWhole(folder, `m${i}`, model)), parameters: { lambda: 3 }, threads: 0, range: 5 };
    await mergeFiles('task_arithmetic', { ...files, out: join(folder, 'a.safetensors'), clampToInputs: true });
    await mergeFiles('task_arithmetic', { ...files, out: join(folder, 'b.safetensors'), preserveNorm: true });
    const norm = (dict: StateDict<HostTensor>): number => Math.sqrt(Array.from(dict['embed.weight']!.data as Float32Array).reduce((sum, x) => sum + x * x, 0));
    const clamped = await readStateDict(join(folder, 'a.safetensors'));
    for (const [name, { data }] of Object.entries(clamped)) {
      const all = [base, ...models].map((dict) => dict[name]!.data as Float32Array);
      (data as Float32Array).forEach((x, e) => expect(x >= Math.min(...all.map((d) => d[e]!)) && x <= Math.max(...all.map((d) => d[e]!))).toBe(true));
    }
    expect(norm(await readStateDict(join(folder, 'b.safetensors'))) / ((norm(models[0]!) + norm(models[1]!)) / 2)).toBeCloseTo(1, 6);
  });
});

describe('a run that the disk stopped', () => {
  it('goes on where it was', async () => {
    const folder = scratchFolder();
    const { base, models } = family(4, 3);
    const files = { base: saveWhole(folder, 'base', base), models: models.map((model, i) => saveWhole(folder, `m${i}`, model)), threads: 0, range: 10, report: true };
    const whole = await mergeFiles('pcb', { ...files, out: join(folder, 'whole') });
    const out = join(folder, 'out');
    const shares: number[][] = [[], []];
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    await expect(mergeFiles('pcb', { ...files, out, onProgress: ({ share }) => { shares[0]!.push(share); if (share > 0.9) throw full; } })).rejects.toThrow('no space left');
    expect(existsSync(out)).toBe(false);
    const report = await mergeFiles('pcb', { ...files, out, onProgress: ({ share }) => { shares[1]!.push(share); } });
    expect(shares[1]![0]).toBeGreaterThan(0.85);
    expect(shares[1]!.at(-1)).toBe(1);
    expect(report).toEqual(whole);
    expect(readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(folder, 'whole', 'model.safetensors')))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('begins anew where an input has changed', async () => {
    const folder = scratchFolder();
    const out = join(folder, 'out.safetensors');
    const model = saveWhole(folder, 'm', { x: f32([20], ...Array.from({ length: 20 }, (_, i) => i)) });
    const stop = Object.assign(new Error('EIO'), { code: 'EIO' });
    await expect(mergeFiles('linear', { models: [model], out, threads: 0, range: 1, onProgress: ({ share }) => { if (share > 0.5) throw stop; } })).rejects.toThrow('EIO');
    saveWhole(folder, 'm', { x: f32([20], ...Array.from({ length: 20 }, (_, i) => 100 + i)) });
    await mergeFiles('linear', { models: [model], out, threads: 0, range: 1 });
    expect(Array.from((await readStateDict(out))['x']!.data as Float32Array)).toEqual(Array.from({ length: 20 }, (_, i) => 100 + i));
  });
});

describe('reports', () => {
  it('hold norms, cosines and agreements as they are', async () => {
    const folder = scratchFolder();
    const base = { x: f32([4], 1, 1, 1, 1), 'layers.0.w': f32([1], 0) };
    const models = [{ x: f32([4], 2, 1, 1, 0), 'layers.0.w': f32([1], 3) }, { x: f32([4], 2, 2, 1, 2), 'layers.0.w': f32([1], 4) }];
    const report = await mergeFiles('task_arithmetic', { base: saveWhole(folder, 'base', base), models: models.map((m, i) => saveWhole(folder, `m${i}`, m)), out: join(folder, 'out'), threads: 0, report: true });
    const x = report.tensors.find(({ name }) => name === 'x')!.comparison!;
    expect(x.norms).toEqual({ base: 2, models: [Math.SQRT2, Math.sqrt(3)], merged: Math.sqrt(9 + 4 + 1 + 1), delta: Math.sqrt(4 + 1) });
    expect(x.cosines[0]![1]).toBeCloseTo(0, 12); // 1·1 + 0·1 + 0·0 − 1·1
    expect(x.signAgreement).toBe(0.5); // of the two elements that both change, one goes in one direction
    expect(report.total!.signAgreement).toBe(2 / 3);
    expect(report.total!.norms.models[1]).toBe(Math.sqrt(3 + 16));
    expect((await openCheckpoint(join(folder, 'out'))).tensors['x']!.shape).toEqual([4]);
  });

  it('say what PCB-Merging keeps', async () => {
    const { base, models } = family(6, 3);
    const folder = scratchFolder();
    const files = { base: saveWhole(folder, 'base', base), models: models.map((model, i) => saveWhole(folder, `m${i}`, model)), threads: 0, report: true };
    const { total, tensors } = await mergeFiles('pcb', { ...files, out: join(folder, 'out'), parameters: { ratio: 0.2 }, range: 11 });
    const size = Object.values(base).reduce((sum, { data }) => sum + data.length, 0);
    // the entries that beat the one of rank ⌊D (1 − r)⌋
    for (const share of total!.kept!) expect(Math.round(share * size)).toBe(size - 1 - Math.floor(size * (1 - 0.2)));
    expect(tensors.find(({ name }) => name === 'embed.weight')!.comparison!.kept!.every((share) => share > 0 && share < 1)).toBe(true);
  });

  it('are without figures where none were asked for', async () => {
    const folder = scratchFolder();
    const report = await mergeFiles('linear', { models: [saveWhole(folder, 'm', stateDict([['x', f32([1], 1)]]))], out: join(folder, 'out'), threads: 0 });
    expect(report).toEqual({ method: 'linear', models: [join(folder, 'm.safetensors')], tensors: [{ name: 'x', action: 'merge', shape: [1], dtype: 'float32' }], dropped: [] });
  });
});
