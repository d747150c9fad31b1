import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bfloat16ToFloat32, createRng, float32ToBfloat16, hostTensor, type HostTensor, normal, type StateDict, stateDict } from '@mixwell/tensor';
import { readStateDict } from '@mixwell/tensor/node';
import { describe, expect, it } from 'vitest';
import { mergeStateDicts } from '../merge-state-dicts.ts';
import type { MergeReport } from '../report/merge-report.ts';
import { saveShards, saveWhole, scratchFolder } from '../run/fixtures.ts';
import { main } from './main.ts';

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const code = await main(argv, { stdout: (text) => { stdout += text; }, stderr: (text) => { stderr += text; }, isTerminal: false });
  return { code, stdout, stderr };
}

const [hidden, vocabulary, layers] = [16, 40, 3];

/** The tensors of a Llama whose head is its embedding. */
function llama(seed: number, around?: StateDict<HostTensor>): StateDict<HostTensor> {
  const rng = createRng(seed);
  const block = (i: number): readonly (readonly [string, readonly number[]])[] => [
    ['self_attn.q_proj.weight', [hidden, hidden]], ['self_attn.k_proj.weight', [8, hidden]], ['self_attn.v_proj.weight', [8, hidden]], ['self_attn.o_proj.weight', [hidden, hidden]],
    ['mlp.gate_proj.weight', [24, hidden]], ['mlp.up_proj.weight', [24, hidden]], ['mlp.down_proj.weight', [hidden, 24]], ['input_layernorm.weight', [hidden]], ['post_attention_layernorm.weight', [hidden]],
  ].map(([name, shape]) => [`model.layers.${i}.${name as string}`, shape as number[]] as const);
  const shapes = [['model.embed_tokens.weight', [vocabulary, hidden]] as const, ...Array.from({ length: layers }, (_, i) => block(i)).flat(), ['model.norm.weight', [hidden]] as const];
  return stateDict(shapes.map(([name, shape]) => {
    const before = around && bfloat16ToFloat32(around[name]!.data as Uint16Array);
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, e) => (before ? before[e]! + 0.05 * normal(rng) : normal(rng)));
    return [name, hostTensor('bfloat16', shape, float32ToBfloat16(values))];
  }));
}

/** A checkpoint in the layout of Hugging Face. */
function saveLlama(folder: string, name: string, dict: StateDict<HostTensor>, seed: number): string {
  const path = saveShards(folder, name, dict, 3, seed);
  writeFileSync(join(path, 'config.json'), JSON.stringify({ architectures: ['LlamaForCausalLM'], num_hidden_layers: layers, tie_word_embeddings: true, torch_dtype: 'bfloat16', vocab_size: vocabulary }));
  writeFileSync(join(path, 'tokenizer.json'), '{"model":{"vocab":{}}}');
  writeFileSync(join(path, 'tokenizer_config.json'), '{}');
  return path;
}

const base = llama(0);
const tuned = [1, 2, 3].map((seed) => llama(seed, base));

function saveAll(): { folder: string; recipe: string; paths: string[] } {
  const folder = scratchFolder();
  const paths = [base, ...tuned].map((dict, i) => saveLlama(folder, `model-${i}`, dict, i));
  const recipe = join(folder, 'recipe.yaml');
  writeFileSync(recipe, `merge_method: pcb\nbase_model: ${paths[0]}\nmodels:\n${paths.slice(1).map((path) => `  - { model: ${path}, parameters: { lambda: [0.8, 1.2] } }\n`).join('')}parameters: { ratio: 0.2 }\ndtype: bfloat16\n`);
  return { folder, recipe, paths };
}

const loader = `
import hashlib, json, sys
from pathlib import Path
import torch
from safetensors import safe_open
folder = Path(sys.argv[1])
index = json.loads((folder / 'model.safetensors.index.json').read_text())
found = {}
for shard in sorted(set(index['weight_map'].values())):
    with safe_open(folder / shard, framework='pt') as file:
        assert file.metadata() == {'format': 'pt'}, file.metadata()
        for name in file.keys():
            assert index['weight_map'][name] == shard
            tensor = file.get_tensor(name)
            found[name] = [list(tensor.shape), str(tensor.dtype), hashlib.sha256(tensor.view(torch.uint8).numpy().tobytes()).hexdigest()]
print(json.dumps([index['metadata']['total_size'], found]))
`;

describe('a checkpoint in the layout of Hugging Face', () => {
  it('is merged end to end and read by the library of safetensors in Python', async () => {
    const { folder, recipe } = saveAll();
    const out = join(folder, 'out');
    expect(await run(recipe, '--out', out, '--max-shard-size', '6KB', '--threads', '0', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
    const index = JSON.parse(readFileSync(join(out, 'model.safetensors.index.json'), 'utf8')) as { metadata: { total_size: number }; weight_map: Record<string, string> };
    const shards = [...new Set(Object.values(index.weight_map))].sort();
    expect(readdirSync(out).sort()).toEqual(['config.json', 'mergekit_config.yml', ...shards, 'model.safetensors.index.json', 'tokenizer.json', 'tokenizer_config.json'].sort());
    expect(shards.length).toBeGreaterThan(2);
    expect(shards[0]).toBe(`model-00001-of-0000${shards.length}.safetensors`);
    const { merged } = mergeStateDicts('pcb', { base, models: tuned, parameters: { ratio: 0.2, lambda: [0.8, 1.2] } });
    const read = await Promise.all(shards.map((shard) => readStateDict(join(out, shard))));
    expect({ ...stateDict(read.flatMap((shard) => Object.entries(shard))) }).toEqual({ ...merged });
    expect(index.metadata.total_size).toBe(Object.values(merged).reduce((sum, { data }) => sum + data.byteLength, 0));

    const python = process.env['MIXWELL_PYTHON'];
    if (python === undefined) return;
    const { stdout, stderr, status } = spawnSync(python, ['-c', loader, out], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const [totalSize, found] = JSON.parse(stdout) as [number, Record<string, [number[], string, string]>];
    expect(totalSize).toBe(index.metadata.total_size);
    expect(found).toEqual(Object.fromEntries(Object.entries(merged).map(([name, { shape, data }]) =>
      [name, [shape, 'torch.bfloat16', createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest('hex')]])));
  });

  it('is planned without being read', async () => {
    const { folder, recipe, paths } = saveAll();
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await run(recipe, '--out', join(folder, 'out'), '--dry-run', '--threads', '2');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`pcb of 4 models\n${paths.map((path) => `  ${path}`).join('\n')}\n  tensors  29 merge\n`);
    expect(stdout).toMatch(/passes {3}magnitude\.upper, magnitude, score\.upper, score, merge: .* read\n {2}output {3}model\.safetensors \(.*\n {2}memory {3}about \d+ MB, of which tensors .*; 2 worker threads\n$/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('is reported on as JSON and as a page', async () => {
    const { folder, recipe, paths } = saveAll();
    const [json, html] = [join(folder, 'report.json'), join(folder, 'report.html')];
    const { code, stdout, stderr } = await run(recipe, '--out', join(folder, 'out'), '--threads', '0', '--report', json);
    expect(code).toBe(0);
    expect(stdout).toMatch(/wrote .*out in \d+ s, and .*report\.json\n$/);
    expect(stderr).toMatch(/^magnitude\.upper \d+ %, .* left\n/);
    const report = JSON.parse(readFileSync(json, 'utf8')) as MergeReport;
    expect(report).toMatchObject({ method: 'pcb', models: paths });
    expect(report.total!.cosines.map((row) => row.length)).toEqual([3, 3, 3]);
    expect(Math.abs(report.total!.cosines[0]![1]!)).toBeLessThan(0.1);
    expect(await run(recipe, '--out', join(folder, 'other'), '--threads', '0', '--report', html, '--quiet')).toMatchObject({ code: 0 });
    const page = readFileSync(html, 'utf8');
    expect(await run(recipe, '--out', join(folder, 'none'), '--report', join(folder, 'no', 'report.json'))).toMatchObject({ code: 1, stderr: `mixwell-merging: --report: ${join(folder, 'no', 'report.json')}: the folder is not there\n` });
    expect(existsSync(join(folder, 'none'))).toBe(false);
    for (const text of ['pcb of 4 models', 'Cosines between task vectors', 'Kept by PCB-Merging', 'model-3', 'model.layers.2.mlp.up_proj.weight', '<svg']) expect(page).toContain(text);
  });
});

describe('the command line', () => {
  it('says how it is used', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const option of ['--out', '--dry-run', '--max-shard-size', '--threads', '--report', '--overwrite', '--seed', '--format']) expect(stdout).toContain(option);
  });

  it.each<[string[], number, RegExp]>([
    [[], 2, /^mixwell-merging: .*recipe/i],
    [['r.yaml'], 2, /^mixwell-merging: --out must be given, see --help\n$/],
    [['none.yaml', '--out', 'o'], 1, /^mixwell-merging: ENOENT: no such file or directory, .*none\.yaml/],
    [['.', '--out', 'o'], 1, /^mixwell-merging: \.: a recipe must be a file\n$/],
    [['r.yaml', '--out', 'o', '--fast'], 2, /unknown option '--fast', see --help/],
    [['r.yaml', 's.yaml', '--out', 'o'], 2, /unexpected argument 's\.yaml', see --help/],
    [['r.yaml', '--out', 'o', '--threads', 'two'], 2, /--threads must be a whole number >= 0, got 'two'/],
    [['r.yaml', '--out', 'o', '--max-shard-size', '5 apples'], 2, /--max-shard-size must be a size like 5GB or 500MB, got '5 apples'/],
    [['r.yaml', '--out', 'o', '--report', 'x.pdf'], 2, /--report must end in \.json or \.html, got 'x\.pdf'/],
    [['r.yaml', '--out', 'o', '--format', 'gguf'], 2, /--format must be safetensors or onnx, got 'gguf'/],
  ])('refuses %j', async (argv, code, message) => {
    const result = await run(...argv);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toMatch(message);
  });

  it('tells a wrong recipe from a broken file, and writes neither', async () => {
    const folder = scratchFolder();
    const recipe = join(folder, 'recipe.yaml');
    const model = saveWhole(folder, 'm', { x: hostTensor('float32', [1], Float32Array.of(1)) });
    const out = join(folder, 'out');
    writeFileSync(recipe, `merge_method: linear\nmodelz: [{ model: ${model} }]\n`);
    expect(await run(recipe, '--out', out)).toMatchObject({ code: 2, stderr: 'mixwell-merging: recipe: key "modelz" is not known; did you mean models?\n' });
    writeFileSync(recipe, `merge_method: linear\nmodels: [{ model: ${model} }]\n`);
    writeFileSync(model, readFileSync(model).subarray(0, 20));
    expect((await run(recipe, '--out', out)).code).toBe(1);
    mkdirSync(out);
    writeFileSync(join(out, 'x.safetensors'), '');
    saveWhole(folder, 'm', { x: hostTensor('float32', [1], Float32Array.of(1)) });
    expect(await run(recipe, '--out', out)).toMatchObject({ code: 1, stderr: `mixwell-merging: ${out}: is there already; --overwrite (overwrite: true) replaces it once the new one is whole\n` });
    expect(await run(recipe, '--out', out, '--overwrite', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(out, 'x.safetensors'))).toBe(false);
  });
});
