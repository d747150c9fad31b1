import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

/** The kinds of models that TensorFlow.js writes as a model.json. */
export type ModelFormat = 'layers-model' | 'graph-model';

/** A model.json, not yet looked into. */
export interface ModelJson {
  readonly path: string;
  readonly format: ModelFormat;
  readonly json: tf.io.ModelJSON;
}

type Group = tf.io.ModelJSON['weightsManifest'][number];
type Entry = tf.io.WeightsManifestEntry;

const WIDTHS: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2, complex64: 8 };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws {Error} naming the file, where it is no model.json of TensorFlow.js */
export async function readModelJson(path: string): Promise<ModelJson> {
  const text = await readFile(path, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: must be JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isRecord(json) || !isRecord(json['modelTopology']) || !Array.isArray(json['weightsManifest'])) {
    throw new Error(`${path}: must be a LayersModel or GraphModel of TensorFlow.js, with modelTopology and weightsManifest`);
  }
  const format = json['format'] === 'graph-model' || Array.isArray(json['modelTopology']['node']) ? 'graph-model' : 'layers-model';
  return { path, format, json: json as unknown as tf.io.ModelJSON };
}

/** Bytes of a weight in the files; undefined for strings, which say their length themselves. */
function bytesOf(path: string, entry: Entry): number | undefined {
  if (!isRecord(entry) || typeof entry.name !== 'string' || !Array.isArray(entry.shape)) throw new Error(`${path}: weightsManifest must have weights with name, shape and dtype, got ${JSON.stringify(entry)}`);
  const { name, shape, dtype, quantization } = entry;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw new Error(`${path}: weight ${name} must have a shape of whole numbers >= 0, got ${JSON.stringify(shape)}`);
  if (dtype === 'string') return undefined;
  const stored = quantization?.dtype ?? dtype;
  const width = Object.hasOwn(WIDTHS, stored) ? WIDTHS[stored] : undefined;
  if (width === undefined) throw new Error(`${path}: weight ${name} must be of type ${Object.keys(WIDTHS).join(', ')} or string, got ${stored}`);
  return width * shape.reduce((product, size) => product * size, 1);
}

function filesOf(path: string, { paths, weights }: Group): string[] {
  if (!Array.isArray(paths) || !Array.isArray(weights) || !paths.every((name) => typeof name === 'string')) throw new Error(`${path}: weightsManifest must consist of groups with paths and weights`);
  return paths.map((name) => {
    if (isAbsolute(name) || normalize(name).startsWith('..')) throw new Error(`${path}: weightsManifest must name files beside it, got ${name}`);
    return join(dirname(path), name);
  });
}

/** All files of one group, one behind the other; their sizes are compared before anything is read. */
async function readGroup(path: string, group: Group): Promise<Uint8Array> {
  const files = filesOf(path, group);
  const expected = group.weights.map((entry) => bytesOf(path, entry));
  const least = expected.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const found = (await Promise.all(files.map((file) => stat(file)))).reduce((sum, { size }) => sum + size, 0);
  const isOpen = expected.includes(undefined);
  if (isOpen ? found < least : found !== least) throw new Error(`${files.join(', ')}: must hold ${isOpen ? 'at least ' : ''}${least} bytes for ${group.weights.length} weights, got ${found}`);
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

/**
 * Reads the files of weights that a model.json names, and puts all together as TensorFlow.js's loaders take it.
 *
 * @throws {Error} naming the file, where one is missing, has another size, or lies elsewhere
 */
export async function readArtifacts({ path, json }: ModelJson): Promise<tf.io.ModelArtifacts> {
  const groups: Uint8Array[] = [];
  for (const group of json.weightsManifest) groups.push(await readGroup(path, group));
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
  if (new Set(weightSpecs.map(({ name }) => name)).size !== weightSpecs.length) throw new Error(`${path}: weightsManifest must have weights of different names`);
  const bytes = Buffer.concat(groups);
  return tf.io.getModelArtifactsForJSON(json, () => Promise.resolve([weightSpecs, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)]));
}
