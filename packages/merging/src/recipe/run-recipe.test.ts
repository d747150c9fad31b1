import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng, hostTensor, type HostTensor, normal, type StateDict, stateDict } from '@mixwell/tensor';
import { readStateDict } from '@mixwell/tensor/node';
import { describe, expect, it } from 'vitest';
import { mergeStateDicts } from '../merge-state-dicts.ts';
import { saveWhole, scratchFolder } from '../run/fixtures.ts';
import { planRecipe, runRecipe } from './run-recipe.ts';

/** A transformer of so many layers. */
function network(seed: number, layers: number): StateDict<HostTensor> {
  const rng = createRng(seed);
  const draw = (name: string, shape: readonly number[]): [string, HostTensor] => [name, hostTensor('float32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(rng)))];
  return stateDict([
    draw('lm_head.weight', [11, 4]), draw('model.embed_tokens.weight', [11, 4]), draw('model.norm.weight', [4]),
    ...Array.from({ length: layers }, (_, i) => [draw(`model.layers.${i}.self_attn.q_proj.weight`, [4, 4]), draw(`model.layers.${i}.mlp.up_proj.weight`, [6, 4])]).flat(),
  ]);
}

const plain = (dict: StateDict<HostTensor>): object => ({ ...dict });

/** Saves networks by name and runs a recipe in which `$name` stands for their paths. */
async function runOn(networks: Readonly<Record<string, StateDict<HostTensor>>>, recipe: string): Promise<StateDict<HostTensor>> {
  const folder = scratchFolder();
  for (const [name, dict] of Object.entries(networks)) saveWhole(folder, name, dict);
  const out = join(folder, 'out.safetensors');
  await runRecipe(recipe.replace(/\$(\w+)/g, (_, name: string) => join(folder, `${name}.safetensors`)), { out, threads: 0 });
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  return readStateDict(out);
}

const [a, b, c] = [network(1, 4), network(2, 4), network(3, 4)];

describe('runRecipe', () => {
  it("runs mergekit's slerp over layers with gradients and filters", async () => {
    const merged = await runOn({ a, b }, `
slices:
  - sources: [{ model: $a, layer_range: [0, 4] }, { model: $b, layer_range: [0, 4] }]
merge_method: slerp
base_model: $a
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: [1, 0.5, 0.7, 0.3, 0]
    - value: 0.5
dtype: float32
`);
    const t = { t: [{ filter: 'self_attn', value: [0, 0.5, 0.3, 0.7, 1] }, { filter: 'mlp', value: [1, 0.5, 0.7, 0.3, 0] }, { value: 0.5 }] };
    expect(plain(merged)).toEqual(plain(mergeStateDicts('slerp', { models: [a, b], parameters: t }).merged));
    expect(merged['model.layers.0.self_attn.q_proj.weight']).toEqual(a['model.layers.0.self_attn.q_proj.weight']);
    expect(merged['model.layers.3.self_attn.q_proj.weight']).toEqual(b['model.layers.3.self_attn.q_proj.weight']);
  });

  it('starts slerp at the base, wherever it is listed', async () => {
    const recipe = (models: string): string => `merge_method: slerp\nbase_model: $a\nmodels: [${models}]\nparameters: { t: 0.2 }`;
    const wanted = plain(mergeStateDicts('slerp', { models: [a, b], parameters: { t: 0.2 } }).merged);
    for (const models of ['{ model: $a }, { model: $b }', '{ model: $b }, { model: $a }', '{ model: $b }']) expect(plain(await runOn({ a, b }, recipe(models)))).toEqual(wanted);
  });

  it('takes a base out of the models of a method of differences', async () => {
    const merged = await runOn({ a, b, c }, `
models:
  - model: $a
  - { model: $b, parameters: { density: 0.5, weight: 0.3 } }
  - { model: $c, parameters: { density: 0.7, weight: [0.1, 1] } }
merge_method: dare_ties
base_model: $a
parameters: { int8_mask: true }
`);
    const perModel = [{ density: 0.5, weight: 0.3 }, { density: 0.7, weight: [0.1, 1] }];
    expect(plain(merged)).toEqual(plain(mergeStateDicts('dare_ties', { base: a, models: [b, c], perModel, parameters: { seed: 0 } }).merged));
  });

  it("computes mergekit's TIES by its definition, with gradients and filters", async () => {
    const merged = await runOn({ a, b, c }, `
models:
  - { model: $b, parameters: { density: [1, 0.7, 0.1], weight: [0, 0.3, 0.7, 1] } }
  - { model: $c, parameters: { density: 0.33, weight: [{ filter: mlp, value: 0.5 }, { value: -0.25 }] } }
merge_method: ties
base_model: $a
parameters: { normalize: true, int8_mask: true }
`);
    const along = (values: readonly number[], depth: number): number => {
      const at = depth * (values.length - 1);
      const first = Math.min(Math.floor(at), values.length - 2);
      return values[first]! + (at - first) * (values[first + 1]! - values[first]!);
    };
    for (const [name, { data }] of Object.entries(a)) {
      const depth = name.includes('layers.') ? Number(name.split('.')[2]) / 3 : name.includes('embed') ? 0 : 1;
      const weights = [along([0, 0.3, 0.7, 1], depth), name.includes('mlp') ? 0.5 : -0.25];
      const start = data as Float32Array;
      const trimmed = [b, c].map((dict, i) => {
        const delta = Array.from(dict[name]!.data as Float32Array, (value, e) => Math.fround(value - start[e]!));
        const kept = delta.map((_, e) => e).sort((x, y) => Math.abs(delta[y]!) - Math.abs(delta[x]!) || x - y).slice(0, Math.floor([along([1, 0.7, 0.1], depth), 0.33][i]! * delta.length));
        return delta.map((value, e) => (kept.includes(e) ? value * weights[i]! : 0));
      });
      start.forEach((value, e) => {
        const sign = trimmed[0]![e]! + trimmed[1]![e]! >= 0 ? 1 : -1;
        const agreeing = [0, 1].filter((i) => Math.sign(trimmed[i]![e]!) === sign);
        const weight = agreeing.reduce((sum, i) => sum + weights[i]!, 0);
        const delta = agreeing.reduce((sum, i) => sum + trimmed[i]![e]!, 0) / (weight === 0 ? 1 : weight);
        expect((merged[name]!.data as Float32Array)[e], `${name} ${e}`).toBeCloseTo(value + delta, 5);
      });
    }
  });

  it('stacks slices under new numbers', async () => {
    const merged = await runOn({ a, b }, `
merge_method: passthrough
slices:
  - sources: [{ model: $a, layer_range: [0, 3] }]
  - sources: [{ model: $b, layer_range: [1, 4], parameters: { scale: [{ filter: up_proj, value: 2 }, { value: 1 }] } }]
`);
    expect(Object.keys(merged)).toHaveLength(3 + 6 * 2);
    expect(merged['model.layers.2.mlp.up_proj.weight']).toEqual(a['model.layers.2.mlp.up_proj.weight']);
    expect(merged['model.layers.3.self_attn.q_proj.weight']).toEqual(b['model.layers.1.self_attn.q_proj.weight']);
    expect((merged['model.layers.5.mlp.up_proj.weight']!.data as Float32Array)[0]).toBe(2 * (b['model.layers.3.mlp.up_proj.weight']!.data as Float32Array)[0]!);
    expect(merged['model.embed_tokens.weight']).toEqual(a['model.embed_tokens.weight']);
    expect([merged['model.norm.weight'], merged['lm_head.weight']]).toEqual([b['model.norm.weight'], b['lm_head.weight']]);
    await expect(runOn({ a }, 'merge_method: passthrough\nslices: [{ sources: [{ model: $a, layer_range: [2, 9] }] }]')).rejects.toThrow(/layer_range must be within \[0, 4\], got \[2, 9\]/);
  });

  it('takes modules apart', async () => {
    const merged = await runOn({ a, b }, `
merge_method: linear
modules:
  model: { models: [{ model: $a, parameters: { weight: 1 } }, { model: $b, parameters: { weight: 3 } }] }
  lm_head: { models: [{ model: $b }], parameters: { normalize: false } }
`);
    expect(merged['lm_head.weight']).toEqual(b['lm_head.weight']);
    expect(plain({ n: merged['model.norm.weight']! })).toEqual(plain({ n: mergeStateDicts('linear', { models: [a, b], perModel: [{ weight: 1 }, { weight: 3 }] }).merged['model.norm.weight']! }));
  });

  it('runs documents that build on one another', async () => {
    const merged = await runOn({ a, b, c }, `
name: half
merge_method: linear
models: [{ model: $a }, { model: $b }]
---
merge_method: task_arithmetic
base_model: half
models: [{ model: $c, parameters: { weight: 0.5 } }]
`);
    const half = mergeStateDicts('linear', { models: [a, b] }).merged;
    expect(plain(merged)).toEqual(plain(mergeStateDicts('task_arithmetic', { base: half, models: [c], perModel: [{ weight: 0.5 }] }).merged));
    await expect(runOn({ a }, 'merge_method: linear\nmodels: [{ model: $a }]\n---\nmerge_method: linear\nmodels: [{ model: $a }]')).rejects.toThrow('every document but the last must have a name of its own, got none');
  });

  it('merges adapters from bases of their own, and takes files beside the models', async () => {
    const ones = stateDict(Object.entries(a).map(([name, tensor]) => [name, { ...tensor, data: new Float32Array((tensor.data as Float32Array).length).fill(1) } as HostTensor]));
    expect(plain(await runOn({ b, c }, 'merge_method: pcb\nadapter: ia3\nmodels: [{ model: $b }, { model: $c }]'))).toEqual(plain(mergeStateDicts('pcb', { base: ones, models: [b, c] }).merged));
    const squares = (dict: StateDict<HostTensor>): StateDict<HostTensor> => stateDict(Object.entries(dict).map(([name, tensor]) => [name, { ...tensor, data: (tensor.data as Float32Array).map((x) => x * x) } as HostTensor]));
    const [fb, fc] = [squares(a), squares(b)];
    expect(plain(await runOn({ b, c, fb, fc }, 'merge_method: fisher\nmodels: [{ model: $b, companion: $fb }, { model: $c, companion: $fc }]'))).toEqual(plain(mergeStateDicts('fisher', { models: [b, c], companions: [fb, fc] }).merged));
  });

  it('brings configuration and tokenizer along, and corrects what changed', async () => {
    const folder = scratchFolder();
    for (const [name, dict] of [['a', a], ['b', b]] as const) {
      mkdirSync(join(folder, name));
      saveWhole(join(folder, name), 'model', dict);
      writeFileSync(join(folder, name, 'config.json'), JSON.stringify({ model_type: 'llama', num_hidden_layers: 4, torch_dtype: 'float32', vocab_size: 11 }));
      writeFileSync(join(folder, name, 'tokenizer.json'), name);
      writeFileSync(join(folder, name, 'modeling.py'), 'print()');
    }
    const recipe = `
merge_method: passthrough
slices:
  - sources: [{ model: ${join(folder, 'a')}, layer_range: [0, 2] }]
  - sources: [{ model: ${join(folder, 'b')}, layer_range: [1, 4] }]
dtype: bfloat16
tokenizer_source: ${join(folder, 'b')}
chat_template: "{{ messages }}"
`;
    const out = join(folder, 'out');
    await runRecipe(recipe, { out, threads: 0 });
    expect(readdirSync(out).sort()).toEqual(['chat_template.jinja', 'config.json', 'mergekit_config.yml', 'model.safetensors', 'tokenizer.json']);
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toEqual({ model_type: 'llama', num_hidden_layers: 5, torch_dtype: 'bfloat16', vocab_size: 11 });
    expect([readFileSync(join(out, 'tokenizer.json'), 'utf8'), readFileSync(join(out, 'chat_template.jinja'), 'utf8'), readFileSync(join(out, 'mergekit_config.yml'), 'utf8')]).toEqual(['b', '{{ messages }}', recipe]);
    const union = recipe.replace(/tokenizer_source: .*/, 'tokenizer_source: union');
    await expect(runRecipe(union, { out: join(folder, 'other'), threads: 0 })).rejects.toThrow('tokenizer_source: union is supported of equal vocabularies only, got another tokenizer.json');
  });
});

describe('what goes with a merge', () => {
  it('has the commonest chat template where it is to be chosen, and says which file is damaged', async () => {
    const folder = scratchFolder();
    for (const [name, files] of Object.entries({ a: { 'chat_template.jinja': '{{ a }}' }, b: { 'tokenizer_config.json': '{"chat_template":"{{ b }}"}' }, c: { 'chat_template.jinja': '{{ b }}' }, d: {} })) {
      mkdirSync(join(folder, name));
      saveWhole(join(folder, name), 'model', a);
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
    }
    const recipe = (names: string): string => `merge_method: linear\nchat_template: auto\nmodels: [${names.split('').map((name) => `{ model: ${join(folder, name)} }`).join(', ')}]`;
    for (const [names, template] of [['abc', '{{ b }}'], ['ab', '{{ a }}'], ['dba', '{{ b }}']] as const) {
      await runRecipe(recipe(names), { out: join(folder, names), threads: 0 });
      expect(readFileSync(join(folder, names, 'chat_template.jinja'), 'utf8')).toBe(template);
    }
    await runRecipe(recipe('d'), { out: join(folder, 'none'), threads: 0 });
    expect(existsSync(join(folder, 'none', 'chat_template.jinja'))).toBe(false);
    for (const [text, problem] of [['{', 'must be JSON'], ['[]', 'must be an object']] as const) {
      writeFileSync(join(folder, 'a', 'config.json'), text);
      await expect(runRecipe(recipe('a'), { out: join(folder, 'broken'), threads: 0 })).rejects.toThrow(`${join(folder, 'a', 'config.json')}: ${problem}`);
    }
  });

  it('is not begun where a later document is wrong', async () => {
    const folder = scratchFolder();
    const path = saveWhole(folder, 'a', a);
    const seen: string[] = [];
    const recipe = `name: one\nmerge_method: linear\nmodels: [{ model: ${path} }]\n---\nmerge_method: slerp\nmodels: [{ model: one }]\nparameters: { t: 0.5 }`;
    await expect(runRecipe(recipe, { out: join(folder, 'out'), threads: 0, onPlan: ({ target }) => seen.push(target) })).rejects.toThrow('slerp: models must be 2, got 1');
    expect([seen, readdirSync(folder)]).toEqual([[], ['a.safetensors']]);
    await expect(runRecipe(`merge_method: linear\nmodels: [{ model: ${path} }]\ninclude: ['model.layer.*']`, { out: join(folder, 'out'), threads: 0 })).rejects.toThrow(/include must fit tensors, got \["model\.layer\.\*"\], which fits none of lm_head\.weight, /);
  });
});

describe('planRecipe', () => {
  it('says what would be done without reading a tensor', async () => {
    const folder = scratchFolder();
    const [base, x, y] = (['base', 'x', 'y'] as const).map((name, i) => saveWhole(folder, name, network(i, 2)));
    const [plan] = await planRecipe(`merge_method: pcb\nbase_model: ${base}\nmodels: [{ model: ${x} }, { model: ${y} }]\n`, { out: join(folder, 'out'), maxShardBytes: 300, threads: 2 });
    const numbers = 11 * 4 * 2 + 4 + 2 * (16 + 24);
    expect(plan).toMatchObject({ method: 'pcb', tensors: { merge: 7 }, dropped: [], parameters: numbers, threads: 2, passes: ['magnitude.upper', 'magnitude', 'score.upper', 'score', 'merge'], bytesRead: 5 * 3 * 4 * numbers });
    expect(plan!.files.at(-1)!.name).toBe('model.safetensors.index.json');
    expect(plan!.files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(4 * numbers);
    const stages = await planRecipe(`name: n\nmerge_method: linear\nmodels: [{ model: ${x} }]\n---\nmerge_method: linear\nmodels: [{ model: n }, { model: ${y} }]`, { out: 'o' });
    expect(stages.map(({ target, models }) => [target, models])).toEqual([['n', [x]], ['o', ['n', y]]]);
    expect(readdirSync(folder)).toHaveLength(3);
  });
});
