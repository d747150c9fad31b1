import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng, type HostTensor, integer, type StateDict, stateDict, writeSafetensors } from '@mixwell/tensor';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** A folder for one test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mixwell-merging-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a state dict as one file. Gives its path. */
export function saveWhole(folder: string, name: string, dict: StateDict<HostTensor>): string {
  const path = join(folder, `${name}.safetensors`);
  writeFileSync(path, writeSafetensors(dict));
  return path;
}

/** Writes a state dict as a folder of so many shards, tensors dealt out at random, and their index. Gives the folder's path. */
export function saveShards(folder: string, name: string, dict: StateDict<HostTensor>, shards: number, seed: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  const rng = createRng(seed);
  const shardOf = Object.fromEntries(Object.keys(dict).map((tensor) => [tensor, `model-0000${integer(rng, 0, shards) + 1}-of-0000${shards}.safetensors`]));
  for (const shard of new Set(Object.values(shardOf))) writeFileSync(join(path, shard), writeSafetensors(stateDict(Object.entries(dict).filter(([tensor]) => shardOf[tensor] === shard))));
  writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 0 }, weight_map: shardOf }));
  return path;
}

const packages = fileURLToPath(new URL('../../..', import.meta.url));

/** A program of this package, or one elsewhere by its path, as one file, from the sources of all packages. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [resolve(fileURLToPath(new URL('..', import.meta.url)), entry)],
    outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [{
      name: 'sources',
      setup: (esbuild) => esbuild.onResolve({ filter: /^@mixwell\// }, ({ path }) => {
        const [, name, file = 'index'] = path.split('/');
        if (name === 'plots') return { path, external: true }; // it need not be there
        return { path: join(packages, name!, 'src', `${file}.ts`) };
      }),
    }],
  });
}
