import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostTensor, type StateDict, stateDict } from '@mixwell/tensor';
import { readStateDict } from '@mixwell/tensor/node';
import { describe, expect, it } from 'vitest';
import { family } from '../fixtures.ts';
import { mergeStateDicts, type MergeStateDictsOptions } from '../merge-state-dicts.ts';
import { type MethodName, methods } from '../methods/methods.ts';
import { saveShards, saveWhole, scratchFolder } from './fixtures.ts';
import { mergeFiles } from './merge-files.ts';

const bits = (dict: StateDict<HostTensor>): object => Object.fromEntries(Object.entries(dict).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { dtype, shape, data }]) =>
  [name, { dtype, shape, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') }]));

/** Parameters that methods need, or that make more of them happen. */
const parameters: Partial<Record<MethodName, MergeStateDictsOptions['parameters']>> = {
  slerp: { t: 0.3 }, nearswap: { t: 0.05 }, dare_linear: { density: 0.5, seed: 3 }, dare_ties: { density: 0.5, seed: 3, rescale: 'probability' },
  della: { density: 0.5, seed: 3 }, della_linear: { density: 0.6, seed: 4 }, ties: { density: 0.4 }, breadcrumbs: { density: 0.5, gamma: 0.1 }, sce: { select_topk: 0.5 },
};

function casesOf(method: MethodName): { count: number; hasBase: boolean } {
  const [fewest, most] = methods[method].models;
  return { count: Math.min(most, Math.max(fewest, 3)), hasBase: methods[method].base !== 'none' };
}

describe('mergeFiles', () => {
  it.each(Object.keys(methods) as MethodName[])('gives bit for bit what mergeStateDicts gives: %s', async (method) => {
    const folder = scratchFolder();
    const { count, hasBase } = casesOf(method);
    for (const [seed, dtype] of [[1, 'float32'], [2, 'float64']] as const) {
      const { base, models } = family(seed, count, dtype);
      const square = (dict: StateDict<HostTensor>): StateDict<HostTensor> => stateDict(Object.entries(dict).flatMap(([name, { shape: [rows, columns, ...rest] }]) => {
        return columns === undefined || rest.length > 0 ? [] : [[name, { dtype: 'float32', shape: [rows!, rows!], data: Float32Array.from({ length: rows! ** 2 }, (_, i) => (i % (rows! + 1) === 0 ? 2 : 0.1)) }] as const];
      }));
      const companions = method === 'fisher' ? models.map((model) => stateDict(Object.entries(model).map(([name, tensor]) => [name, { ...tensor, data: (tensor.data as Float32Array).map((x) => x * x) } as HostTensor])))
        : method === 'regmean' ? models.map(square) : undefined;
      const options = { ...(hasBase && { base }), models, ...(parameters[method] && { parameters: parameters[method] }), ...(companions && { companions }) };
      const { merged } = mergeStateDicts(method, options);
      const saved = models.map((model, i) => (i % 2 === 0 ? saveShards(folder, `m${seed}-${i}`, model, 3, i) : saveWhole(folder, `m${seed}-${i}`, model)));
      const files = {
        models: saved, ...(parameters[method] && { parameters: parameters[method] }), ...(hasBase && { base: saveWhole(folder, `base${seed}`, base) }),
        ...(companions && { companions: companions.map((dict, i) => saveWhole(folder, `c${seed}-${i}`, dict)) }),
      };
      for (const [range, maxShardBytes] of [[7, 200], [100_000, 5e9]] as const) {
        const out = join(folder, `out-${seed}-${range}`);
        await mergeFiles(method, { ...files, out, range, maxShardBytes, threads: 0 });
        const index = maxShardBytes === 200 ? Object.values((JSON.parse(readFileSync(join(out, 'model.safetensors.index.json'), 'utf8')) as { weight_map: Record<string, string> }).weight_map) : ['model.safetensors'];
        const shards = await Promise.all([...new Set(index)].map((shard) => readStateDict(join(out, shard))));
        expect(bits(stateDict(shards.flatMap((shard) => Object.entries(shard))))).toEqual(bits(merged));
      }
    }
  });
});
