import { type DType, safetensorsLayout, type StateDict, stateDict } from '@mixwell/tensor';
import { elementBytes } from '../sources/element-bytes.ts';
import type { StoredTensor } from '../sources/tensor-place.ts';
import type { OutputFile, OutputPlan } from './output-plan.ts';

interface Spec {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

const bytesOf = (name: string, { dtype, shape }: Spec): number => elementBytes(dtype, shape, name);

/** Tensors in their order in groups of at most so many bytes; a larger tensor is a group of its own. */
function shardsOf(tensors: StateDict<Spec>, maxShardBytes: number): string[][] {
  const shards: string[][] = [[]];
  let size = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const bytes = bytesOf(name, tensor);
    if (size + bytes > maxShardBytes && shards.at(-1)!.length > 0) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)!.push(name);
    size += bytes;
  }
  return shards;
}

const padded = (number: number): string => String(number).padStart(5, '0');

/**
 * A safetensors checkpoint in the layout of Hugging Face: `<stem>.safetensors`, or `<stem>-00001-of-0000N.safetensors` with their index.
 *
 * @param maxShardBytes most bytes of tensors in one file. Infinity: one file.
 */
export function safetensorsOutput(tensors: StateDict<Spec>, metadata: Readonly<Record<string, string>>, maxShardBytes: number, stem: string): OutputPlan {
  const shards = shardsOf(tensors, maxShardBytes);
  const nameOf = (i: number): string => (shards.length === 1 ? `${stem}.safetensors` : `${stem}-${padded(i + 1)}-of-${padded(shards.length)}.safetensors`);
  const files: OutputFile[] = [];
  const places: [string, StoredTensor][] = [];
  shards.forEach((names, i) => {
    const { header, entries, size } = safetensorsLayout(stateDict(names.map((name) => [name, tensors[name]!])), metadata);
    files.push({ name: nameOf(i), size, begins: { header } });
    for (const [name, entry] of entries) places.push([name, { ...entry, file: nameOf(i) }]);
  });
  const totalSize = Object.entries(tensors).reduce((sum, [name, tensor]) => sum + bytesOf(name, tensor), 0);
  const weightMap = Object.fromEntries(places.map(([name, { file }]) => [name, file]).sort(([a], [b]) => (a! < b! ? -1 : 1)));
  const index = `${JSON.stringify({ metadata: { total_size: totalSize }, weight_map: weightMap }, null, 2)}\n`;
  return { files, places: stateDict(places), texts: shards.length === 1 ? [] : [[`${stem}.safetensors.index.json`, index]] };
}
