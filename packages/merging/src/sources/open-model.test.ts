import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostTensor, type StateDict, stateDict } from '@mixwell/tensor';
import { readStateDict } from '@mixwell/tensor/node';
import { describe, expect, it } from 'vitest';
import { applyAdapter } from '../adapters/apply-adapter.ts';
import { baseShapes, loraConfig, loraShapes, randomTensors, saveAdapter } from '../adapters/fixtures.ts';
import { mergeStateDicts } from '../merge-state-dicts.ts';
import { runRecipe } from '../recipe/run-recipe.ts';
import { saveShards, saveWhole, scratchFolder } from '../run/fixtures.ts';
import { mergeFiles } from '../run/merge-files.ts';
import { openModel } from './open-model.ts';

const base = randomTensors(1, baseShapes);
const loras = [2, 3].map((seed) => randomTensors(seed, loraShapes, 0.1));
const ia3Shapes = { 'base_model.model.layers.0.q_proj.ia3_l': [4, 1], 'base_model.model.layers.0.up_proj.ia3_l': [1, 4] };
const ia3Config = { peft_type: 'IA3', feedforward_modules: ['up_proj'] };
const plain = (dict: StateDict<HostTensor>): object => Object.fromEntries(Object.entries(dict).sort(([a], [b]) => (a < b ? -1 : 1)));

function save(): { folder: string; basePath: string; loraPaths: string[] } {
  const folder = scratchFolder();
  return { folder, basePath: saveShards(folder, 'c++base', base, 3, 1), loraPaths: loras.map((lora, i) => saveAdapter(folder, `lora-${i}`, lora, loraConfig)) };
}

describe('base+adapter', () => {
  it.each(['pcb', 'ties', 'linear', 'karcher'] as const)('is merged bit for bit as the base with the adapter in it: %s', async (method) => {
    const { folder, basePath, loraPaths } = save();
    const ia3 = randomTensors(4, ia3Shapes);
    const ia3Path = saveAdapter(folder, 'ia3', ia3, ia3Config);
    const models = [...loras.map((lora) => applyAdapter(base, lora, loraConfig)), applyAdapter(base, ia3, ia3Config)];
    const hasBase = method === 'pcb' || method === 'ties';
    const { merged } = mergeStateDicts(method, { ...(hasBase && { base }), models });
    for (const range of [5, 17, 100_000]) {
      const out = join(folder, `out-${range}.safetensors`);
      await mergeFiles(method, { ...(hasBase && { base: basePath }), models: [...loraPaths, ia3Path].map((path) => `${basePath}+${path}`), out, range, threads: 0 });
      expect(plain(await readStateDict(out))).toEqual(plain(merged));
    }
  });

  it('is a model in recipes, of earlier documents too, is copied where a policy says so, and takes the configuration of the base along', async () => {
    const { folder, basePath, loraPaths: [first, second] } = save();
    writeFileSync(join(basePath, 'config.json'), '{"model_type":"x"}');
    const out = join(folder, 'out');
    await runRecipe(`name: half\nmerge_method: linear\nmodels: [{ model: ${basePath} }, { model: ${basePath}+${first} }]\n---\nmerge_method: linear\nmodels: [{ model: half+${second} }, { model: ${basePath} }]\ninclude: ['layers.*']\n`, { out, threads: 0 });
    expect(readdirSync(out).sort()).toEqual(['config.json', 'mergekit_config.yml', 'model.safetensors']);
    const half = mergeStateDicts('linear', { models: [base, applyAdapter(base, loras[0]!, loraConfig)] }).merged;
    expect(plain(await readStateDict(join(out, 'model.safetensors')))).toEqual(plain(mergeStateDicts('linear', { models: [applyAdapter(half, loras[1]!, loraConfig), base], include: ['layers.*'] }).merged));
  });

  it('is told from a path that is there', async () => {
    const { folder, basePath, loraPaths: [lora] } = save();
    mkdirSync(join(folder, 'c')); // what is before the first '+' of c++base
    const both = `${basePath}+${lora}`;
    const { tensors } = await openModel(both);
    expect('change' in tensors['conv.weight']!).toBe(true);
    expect(structuredClone({ ...tensors })).toEqual({ ...tensors }); // threads are given places
    const path = saveWhole(folder, 'a+b', base);
    expect((await openModel(path)).tensors['conv.weight']).toHaveProperty('file', path);
  });

  it('says what is missing or does not fit', async () => {
    const { folder, basePath, loraPaths: [lora] } = save();
    const other = saveWhole(folder, 'other', randomTensors(9, { 'x.weight': [2, 2] }));
    await expect(openModel(`${basePath}+${join(folder, 'none')}`)).rejects.toThrow(/none: no such file or folder/);
    await expect(openModel(`${join(folder, 'none')}+${lora}`)).rejects.toThrow(`${join(folder, 'none')}+${lora}: no such file or folder, nor a base before a '+'`);
    await expect(openModel(`${basePath}+${other}`)).rejects.toThrow(`${other} must be an adapter of PEFT`);
    await expect(openModel(`${lora}+${lora}`)).rejects.toThrow('must be a model, got an adapter');
    await expect(openModel(`${other}+${lora}`)).rejects.toThrow(/"layers\.0\.q_proj\.weight" must be in the base, which has it not; it has "x\.weight"|must be in the base/);
    const pickled = join(folder, 'pickled');
    mkdirSync(pickled);
    writeFileSync(join(pickled, 'adapter_model.bin'), '');
    await expect(openModel(`${basePath}+${pickled}`)).rejects.toThrow(/got adapter_model\.bin, a pickle of PyTorch/);
    writeFileSync(join(lora!, 'adapter_config.json'), '{"peft_type":');
    await expect(openModel(lora!)).rejects.toThrow(/adapter_config\.json: must be JSON/);
    rmSync(join(lora!, 'adapter_config.json'));
    await expect(openModel(`${basePath}+${lora}`)).rejects.toThrow('must be an adapter of PEFT, a folder with adapter_config.json and adapter_model.safetensors');
  });
});

describe('adapters among themselves', () => {
  const constant = (dict: StateDict<HostTensor>, value: number): StateDict<HostTensor> => stateDict(Object.entries(dict).map(([name, tensor]) => [name, { ...tensor, data: new Float32Array(tensor.data.length).fill(value) } as HostTensor]));

  it('are merged from 0 (LoRA) or 1 ((IA)³), to a folder that PEFT reads', async () => {
    const { folder, loraPaths } = save();
    const vectors = [6, 7].map((seed) => randomTensors(seed, ia3Shapes));
    const ia3Paths = vectors.map((dict, i) => saveAdapter(folder, `ia3-${i}`, dict, ia3Config));
    for (const [name, paths, dicts, value] of [['lora', loraPaths, loras, 0], ['ia3', ia3Paths, vectors, 1]] as const) {
      const { merged } = mergeStateDicts('pcb', { base: constant(dicts[0]!, value), models: dicts, parameters: { ratio: 0.3 } });
      const [byRecipe, byCall] = [join(folder, `${name}-recipe`), join(folder, `${name}-call`)];
      await runRecipe(`merge_method: pcb\nparameters: { ratio: 0.3 }\nmodels: [${paths.map((path) => `{ model: ${path} }`).join(', ')}]`, { out: byRecipe, threads: 0, maxShardBytes: 20 });
      await mergeFiles('pcb', { models: paths, out: byCall, parameters: { ratio: 0.3 }, threads: 0 });
      for (const out of [byRecipe, byCall]) {
        expect(plain(await readStateDict(join(out, 'adapter_model.safetensors')))).toEqual(plain(merged));
        expect((await openModel(out)).adapter?.type).toBe(name);
      }
      expect(readdirSync(byRecipe).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors', 'mergekit_config.yml']);
    }
  });

  it('may be no models with bases, of other kinds, ranks or scales', async () => {
    const { folder, basePath, loraPaths: [first, second] } = save();
    const merge = (models: readonly string[], method = 'task_arithmetic', more = ''): Promise<unknown> => runRecipe(`merge_method: ${method}\n${more}models: [${models.map((path) => `{ model: ${path} }`).join(', ')}]`, { out: join(folder, 'out'), threads: 0 });
    const louder = saveAdapter(folder, 'louder', loras[0]!, { ...loraConfig, lora_alpha: 16 });
    const ia3 = saveAdapter(folder, 'ia3', randomTensors(6, ia3Shapes), ia3Config);
    const heads = saveAdapter(folder, 'heads', stateDict([...Object.entries(loras[0]!), ...Object.entries(randomTensors(8, { 'base_model.model.score.weight': [2, 4] }))]), loraConfig);
    await expect(merge([first!, second!], 'task_arithmetic', `base_model: ${basePath}\n`)).rejects.toThrow(/models must all be adapters of one kind or none/);
    await expect(merge([first!, second!], 'task_arithmetic', 'adapter: ia3\n')).rejects.toThrow("adapter: must be lora as the models' adapter_config.json says, got ia3");
    await expect(merge([first!, ia3])).rejects.toThrow(/models must all be adapters of one kind or none, got .*lora-0 \(lora\) and .*ia3 \(ia3\)/);
    await expect(merge([first!, louder])).rejects.toThrow(/adapters must be applied alike, got \S+ with rank 2, scale 4 in .* and rank 2, scale 8 in/);
    await expect(merge([heads, heads])).rejects.toThrow(/adapters must not hold whole tensors, whose base is not 0, got score\.weight/);
    await expect(mergeFiles('task_arithmetic', { base: first!, models: [second!], out: join(folder, 'out') })).rejects.toThrow(/base must not be given for adapters, whose base is 0/);
    await merge([heads, heads], 'linear');
    expect(existsSync(join(folder, 'out', 'adapter_model.safetensors'))).toBe(true);
    renameSync(join(folder, 'out'), join(folder, 'linear'));
    await merge([first!, first!], 'slerp', 'parameters: { t: 0.5 }\n');
  });
});
