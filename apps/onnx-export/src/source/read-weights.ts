import { basename } from 'node:path';
import { architectures, createModel, type DiskShapes, fromDisk, inferOptions, type Model } from '@mixwell/models';
import { type HostTensor, type StateDict, stateDict } from '@mixwell/tensor';
import { openSafetensors } from '@mixwell/tensor/node';
import { UsageError } from '../usage-error.ts';
import { ARCHITECTURE_KEY, modelSource, OPTIONS_KEY } from './model-source.ts';
import type { ExportSource } from './source.ts';

/** What the command line says about a file of weights. */
export interface WeightsOptions {
  readonly arch?: string | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly inputShape?: readonly number[] | undefined;
}

type Json = Readonly<Record<string, unknown>>;
type Metadata = Readonly<Record<string, string>>;

function architectureOf(path: string, metadata: Metadata, arch: string | undefined): string {
  const name = arch ?? metadata[ARCHITECTURE_KEY];
  const known = Object.keys(architectures).join(', ');
  if (name === undefined) throw new UsageError(`--arch must be given, since ${basename(path)} does not say what it is: one of ${known}`);
  if (Object.hasOwn(architectures, name)) return name;
  if (arch !== undefined) throw new UsageError(`--arch must name an architecture, got '${name}'; there are ${known}`);
  throw new Error(`${path}: metadata ${ARCHITECTURE_KEY} must name an architecture, got '${name}'; there are ${known}`);
}

/** The complaint of a function of @mixwell/models, without the function's name: it is the file that is wrong. */
function wrongFile(path: string, cause: unknown): Error {
  return new Error(`${path}: ${(cause as Error).message.replace(/^\w+: /, '')}`, { cause });
}

/** Options as the file's metadata has them, if they belong to this architecture. */
function storedOptions(path: string, metadata: Metadata, name: string): Json | undefined {
  const text = metadata[OPTIONS_KEY];
  if (text === undefined || metadata[ARCHITECTURE_KEY] !== name) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // said below
  }
  throw new Error(`${path}: metadata ${OPTIONS_KEY} must be a JSON object, got ${text.slice(0, 80)}`);
}

/** Options read off the shapes. Where those do not do, what was given has to. */
function inferredOptions(path: string, name: string, shapes: DiskShapes, given: Json): Json {
  try {
    return inferOptions(name, shapes) as unknown as Json;
  } catch (error) {
    if (Object.keys(given).length > 0) return {};
    throw wrongFile(path, error);
  }
}

function makeModel(name: string, options: Json, given: Json): Model {
  let model: Model;
  try {
    model = createModel(name, options);
  } catch (error) {
    throw new UsageError(`options of ${name} (${JSON.stringify(options)}): ${(error as Error).message}`, { cause: error });
  }
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(model.options, key));
  if (unknown !== undefined) throw new UsageError(`--options of ${name} must be among ${Object.keys(model.options).join(', ')}, got '${unknown}'`);
  return model;
}

async function readAll(path: string): Promise<{ tensors: StateDict<HostTensor>; metadata: Metadata }> {
  const file = await openSafetensors(path);
  try {
    const entries: [string, HostTensor][] = [];
    for (const name of Object.keys(file.tensors)) entries.push([name, await file.read(name)]);
    return { tensors: stateDict(entries), metadata: file.metadata };
  } finally {
    await file.close();
  }
}

/**
 * Reads a safetensors file: a state dict with PyTorch's names and layouts. Its metadata may say which network it is (`modelMetadata`); what the
 * command line says goes before that, and what neither says is read off the shapes.
 *
 * @throws {UsageError} for an architecture or options that do not exist
 * @throws {Error} naming the file and the byte or the tensors that are wrong
 */
export async function readWeights(path: string, { arch, options = {}, inputShape }: WeightsOptions): Promise<ExportSource> {
  const { tensors, metadata } = await readAll(path);
  const name = architectureOf(path, metadata, arch);
  const given = { ...options, ...(inputShape && { inputShape }) };
  const model = makeModel(name, { ...(storedOptions(path, metadata, name) ?? inferredOptions(path, name, tensors, given)), ...given }, given);
  try {
    return modelSource(model, fromDisk(model, tensors));
  } catch (error) {
    throw wrongFile(path, error);
  }
}
