import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onnxInitializers } from './onnx-initializers.ts';
import { readAdapterConfig } from './read-adapter-config.ts';
import { safetensorsFile, shardedSafetensors } from './safetensors-checkpoint.ts';
import type { Checkpoint } from './tensor-place.ts';

const indexEnd = '.safetensors.index.json';

/** Files of a folder that may be its checkpoint: the best kind that is there. */
const kinds: readonly ((name: string) => boolean)[] = [
  (name) => name === `model${indexEnd}`,
  (name) => name.endsWith(indexEnd),
  (name) => name === 'model.safetensors',
  (name) => name.endsWith('.safetensors'),
  (name) => name.endsWith('.onnx'),
];

async function fileOfFolder(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const found = kinds.map((fits) => names.filter(fits)).find((matches) => matches.length > 0) ?? [];
  if (found.length === 1) return join(folder, found[0]!);
  if (found.length > 1) throw new Error(`${folder}: must hold one checkpoint, got ${found.slice(0, 4).join(', ')}${found.length > 4 ? ', …' : ''} without an index; name the file`);
  const pickled = names.find((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  throw new Error(`${folder}: must hold a .safetensors or .onnx file${pickled ? `, got ${pickled}, a pickle of PyTorch, which may hold any program; save it as safetensors` : ''}`);
}

/**
 * Opens a model: a safetensors file; a folder with an index of shards (`model.safetensors.index.json`), one safetensors or one ONNX file; such an index; an ONNX file, whose
 * initializers are the tensors; an adapter of PEFT. Only headers are read, and held against all rules of the format.
 *
 * @throws {Error} naming the file, the byte or tensor, and what was expected there
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Error(`${path}: no such file or folder (models are read from the disk: download one first)`, { cause });
  });
  const folder = found.isDirectory() ? path : null;
  const file = folder === null ? path : await fileOfFolder(folder);
  if (file.endsWith('.onnx')) return { path, file, folder, format: 'onnx', metadata: {}, tensors: await onnxInitializers(file) };
  if (!file.endsWith('.json') && !file.endsWith('.safetensors')) throw new Error(`${file}: a model must be a folder, a .safetensors, .safetensors.index.json or .onnx file`);
  const adapter = await readAdapterConfig(file);
  return { path, file, folder, format: 'safetensors', ...(adapter && { adapter }), ...(file.endsWith('.json') ? await shardedSafetensors(file) : await safetensorsFile(file)) };
}
