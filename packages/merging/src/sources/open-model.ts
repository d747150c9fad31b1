import { stat } from 'node:fs/promises';
import { stateDict } from '@mixwell/tensor';
import { adapterChanges } from '../adapters/adapter-changes.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import type { Checkpoint, TensorPlace } from './tensor-place.ts';

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

/** A base with an adapter in it, which is computed where it is read. */
function adapted(base: Checkpoint, adapter: Checkpoint, path: string): Checkpoint {
  if (!adapter.adapter) throw new RangeError(`${path}: ${adapter.path} must be an adapter of PEFT, a folder with adapter_config.json and adapter_model.safetensors`);
  if (base.adapter) throw new RangeError(`${path}: ${base.path} must be a model, got an adapter`);
  const changes = adapterChanges(base.tensors, adapter.tensors, adapter.adapter, adapter.path);
  const tensors = Object.entries(base.tensors).map(([name, of]): [string, TensorPlace] => {
    const change = changes.get(name);
    if (!change) return [name, of];
    return [name, change.kind === 'whole' ? change.tensor : { dtype: of.dtype, shape: of.shape, of, change }];
  });
  return { ...base, path, tensors: stateDict(tensors) };
}

/**
 * Opens a model as `openCheckpoint` does, or `base+adapter`: a model and an adapter of PEFT, LoRA or (IA)³, that is applied to it. A path that is there is never taken apart.
 *
 * @param known models that have other names than paths
 * @throws {Error} as `openCheckpoint`; naming the tensor where base and adapter do not fit together
 */
export async function openModel(path: string, known: ReadonlyMap<string, Checkpoint> = new Map()): Promise<Checkpoint> {
  const open = async (name: string): Promise<Checkpoint> => known.get(name) ?? await openCheckpoint(name);
  if (known.has(path) || !path.includes('+') || await isThere(path)) return open(path);
  const bases: (readonly [base: string, adapter: string, isWhole: boolean])[] = [];
  for (let at = path.indexOf('+'); at !== -1; at = path.indexOf('+', at + 1)) {
    const [base, adapter] = [path.slice(0, at), path.slice(at + 1)];
    if (known.has(base) || await isThere(base)) bases.push([base, adapter, await isThere(adapter)]);
  }
  const found = bases.find(([, , isWhole]) => isWhole) ?? bases[0];
  if (!found) throw new Error(`${path}: no such file or folder, nor a base before a '+' (models are read from the disk: download one first)`);
  return adapted(await open(found[0]), await openCheckpoint(found[1]), path);
}
