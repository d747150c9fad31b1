import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openSafetensors } from '@mixwell/tensor/node';
import { stateDict } from '@mixwell/tensor';
import { fileBeside } from './beside.ts';
import { quote, type TensorPlace, type TensorPlaces } from './tensor-place.ts';

interface Contents {
  readonly tensors: TensorPlaces;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An index of more bytes is none. */
const largestIndex = 100_000_000;

/** Names and places of one file. @throws {Error} naming the file and the byte or tensor */
export async function safetensorsFile(path: string): Promise<Contents> {
  const opened = await openSafetensors(path);
  await opened.close();
  const { tensors, metadata } = opened;
  return { metadata, tensors: stateDict(Object.entries(tensors).map(([name, entry]): [string, TensorPlace] => [name, { ...entry, file: path }])) };
}

/** Which shard holds which tensor. */
async function readWeightMap(path: string): Promise<readonly (readonly [tensor: string, shard: string])[]> {
  const { size } = await stat(path);
  if (size > largestIndex) throw new Error(`${path}: an index must have at most ${largestIndex} bytes, got ${size}`);
  const text = await readFile(path, 'utf8');
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: an index must be JSON: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
  const map: unknown = typeof index === 'object' && index !== null ? (index as { weight_map?: unknown }).weight_map : undefined;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new Error(`${path}: weight_map must be an object, tensors by their file, got ${quote(JSON.stringify(map) ?? 'none')}`);
  const entries = Object.entries(map as Record<string, unknown>);
  for (const [name, shard] of entries) if (typeof shard !== 'string') throw new Error(`${path}: weight_map: ${quote(name)} must be the name of a file, got ${quote(JSON.stringify(shard))}`);
  return entries as [string, string][];
}

/** Names and places of a sharded checkpoint, by its index in the layout of Hugging Face. @throws {Error} where index and shards do not fit together, or a shard is outside of the folder */
export async function shardedSafetensors(indexPath: string): Promise<Contents> {
  const weightMap = await readWeightMap(indexPath);
  const shards = new Map<string, Contents>();
  for (const shard of new Set(weightMap.map(([, name]) => name))) {
    const { path } = await fileBeside(dirname(indexPath), shard, `${indexPath}: weight_map`);
    shards.set(shard, await safetensorsFile(path));
  }
  const tensors = weightMap.map(([name, shard]): [string, TensorPlace] => {
    const place = shards.get(shard)!.tensors[name];
    if (!place) throw new Error(`${indexPath}: weight_map: ${quote(shard)} must have tensor ${quote(name)}, which it has not`);
    return [name, place];
  });
  const placed = new Map(weightMap);
  for (const [shard, contents] of shards) {
    const other = Object.keys(contents.tensors).find((name) => placed.get(name) !== shard);
    if (other !== undefined) throw new Error(`${indexPath}: weight_map must list what the shards hold, got no ${quote(other)}, which is in ${quote(shard)}`);
  }
  return { tensors: stateDict(tensors), metadata: shards.values().next().value?.metadata ?? {} };
}
