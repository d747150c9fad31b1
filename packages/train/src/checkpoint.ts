import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stateDict, toHost, type HostTensor, type StateDict } from '@mixwell/tensor';
import { openSafetensors, saveStateDict, type SafetensorsFile } from '@mixwell/tensor/node';
import { leavesOf } from './tree.ts';

/** Marks the file: it is no model. Its tensors lie as in memory and not in PyTorch's layout. */
const FORMAT = 'mixwell.train.checkpoint';
const VERSION = '1';

const FILE = /^checkpoint-(\d{10})\.safetensors$/;
/** What a killed process leaves of a file that it was writing. */
const TEMPORARY = /^\.checkpoint-\d{10}\.safetensors\..*\.tmp$/;

/** A checkpoint as it was read. */
export interface Checkpoint {
  readonly path: string;
  readonly tensors: StateDict<HostTensor>;
  /** JSON. */
  readonly progress: unknown;
}

const nameOf = (step: number): string => `checkpoint-${String(step).padStart(10, '0')}.safetensors`;

/** Names in a folder; none where there is no folder. */
async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** The checkpoints in a folder, the newest first. */
export async function listCheckpoints(folder: string): Promise<string[]> {
  return (await entriesOf(folder)).filter((name) => FILE.test(name)).sort().reverse().map((name) => join(folder, name));
}

/** Changes with any bit of any tensor or of the progress. */
function digest(tensors: StateDict<HostTensor>, progress: string): string {
  const hash = createHash('sha256').update(progress);
  for (const name of Object.keys(tensors).sort()) {
    const { dtype, shape, data } = tensors[name]!;
    hash.update(`${name} ${dtype} ${shape.join()}`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

/** A network that has run away must not take the place of one that has not. */
function checkFinite(tensors: StateDict<HostTensor>, step: number): void {
  for (const [name, { dtype, data }] of Object.entries(tensors)) {
    const bad = name.startsWith('params.') && dtype === 'float32' ? (data as Float32Array).findIndex((value) => !Number.isFinite(value)) : -1;
    if (bad !== -1) throw new Error(`fit: ${name} must be finite to be saved, got ${data[bad]} at element ${bad} after step ${step}`);
  }
}

/**
 * Writes `checkpoint-<step>.safetensors` into a folder, which is made where it is missing, and removes all but the newest `keep`. At every moment, kill -9 and
 * power failure included, the folder holds the checkpoints of before or also the whole new one.
 *
 * @returns the path
 */
export async function saveCheckpoint(folder: string, step: number, tree: object, progress: unknown, keep: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, nameOf(step));
  const tensors = stateDict(leavesOf(tree).map(([name, tensor]) => [name, toHost(tensor)]));
  checkFinite(tensors, step);
  const text = encode(progress);
  await saveStateDict(path, tensors, { format: FORMAT, version: VERSION, progress: text, sha256: digest(tensors, text) });
  for (const old of (await listCheckpoints(folder)).slice(keep)) await rm(old, { force: true });
  return path;
}

/** JSON has no NaN and no infinities. */
const encode = (progress: unknown): string =>
  JSON.stringify(progress, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? { nonFinite: String(value) } : value));
const decode = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => (typeof value === 'object' && value !== null && 'nonFinite' in value ? Number(value.nonFinite) : value));

/** What `read` gives, or what is wrong with the contents of the file. What the system refuses is thrown. */
async function orDamage<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    return (error as Error).message;
  }
}

async function readTensors(file: SafetensorsFile): Promise<StateDict<HostTensor>> {
  const entries: [string, HostTensor][] = [];
  for (const name of Object.keys(file.tensors)) entries.push([name, await file.read(name)]);
  return stateDict(entries);
}

/**
 * @returns the checkpoint, or how the file is damaged
 * @throws Error where the file is something else
 */
async function readCheckpoint(path: string): Promise<Checkpoint | string> {
  const file = await orDamage(() => openSafetensors(path));
  if (typeof file === 'string') return file;
  try {
    const { format, version, progress = '', sha256 } = file.metadata;
    if (format !== FORMAT || version !== VERSION) {
      throw new Error(`${path}: metadata must say format '${FORMAT}' and version '${VERSION}', got '${format}' and '${version}'`);
    }
    const tensors = await orDamage(() => readTensors(file));
    if (typeof tensors === 'string') return tensors;
    return digest(tensors, progress) === sha256 ? { path, tensors, progress: decode(progress) } : `${path}: the contents differ from their checksum`;
  } finally {
    await file.close();
  }
}

/**
 * The newest checkpoint of a folder that can be read; null: there is none. Files with damaged contents are renamed to `<file>.damaged`, and `onDamaged` is told.
 *
 * @throws Error where there are checkpoints but all are damaged, or one is something else
 */
export async function loadNewestCheckpoint(folder: string, onDamaged: (path: string, reason: string) => Promise<void>): Promise<Checkpoint | null> {
  const paths = await listCheckpoints(folder);
  for (const path of paths) {
    const checkpoint = await readCheckpoint(path);
    if (typeof checkpoint !== 'string') return checkpoint;
    await rename(path, `${path}.damaged`);
    await onDamaged(`${path}.damaged`, checkpoint);
  }
  if (paths.length > 0) throw new Error(`${folder}: none of its ${paths.length} checkpoints can be read`);
  return null;
}

/** Removes what a killed process has left half-written. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of (await entriesOf(folder)).filter((entry) => TEMPORARY.test(entry))) await rm(join(folder, name), { force: true });
}
