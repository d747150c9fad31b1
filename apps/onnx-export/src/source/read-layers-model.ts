import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { asUsage } from '../usage-error.ts';
import { layersModelSource, type LayersModelOptions } from './layers-model-source.ts';
import type { ExportSource } from './source.ts';

type Group = tf.io.ModelJSON['weightsManifest'][number];

const widths: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2, complex64: 8 };

/** Bytes of a weight in the files; undefined for strings, which say their length themselves. */
function bytesOf({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number | undefined {
  const width = widths[quantization?.dtype ?? dtype];
  return width === undefined ? undefined : width * shape.reduce((product, size) => product * size, 1);
}

async function readJson(path: string): Promise<tf.io.ModelJSON> {
  const text = await readFile(path, 'utf8');
  let json: Partial<tf.io.ModelJSON> | null;
  try {
    json = JSON.parse(text) as typeof json;
  } catch (error) {
    throw new Error(`${path}: must be JSON: ${(error as Error).message}`, { cause: error });
  }
  if (json?.format === 'graph-model') throw new Error(`${path}: is a GraphModel, which is not supported yet; a LayersModel is. Convert it with python -m tf2onnx.convert --tfjs`);
  if (!json?.modelTopology || !Array.isArray(json.weightsManifest)) throw new Error(`${path}: must be a LayersModel of TensorFlow.js, with modelTopology and weightsManifest`);
  return { ...(json as tf.io.ModelJSON), modelTopology: withoutInitializers(json.modelTopology) as object };
}

/** All files of one group, one behind the other. */
async function readGroup(path: string, { paths, weights }: Group): Promise<Uint8Array> {
  if (!Array.isArray(paths) || !Array.isArray(weights)) throw new Error(`${path}: weightsManifest must consist of groups with paths and weights`);
  const files = paths.map((name) => {
    if (isAbsolute(name) || normalize(name).startsWith('..')) throw new Error(`${path}: weightsManifest must name files beside it, got ${name}`);
    return join(dirname(path), name);
  });
  const bytes = Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
  const expected = weights.map(bytesOf);
  const total = expected.reduce<number>((sum, size) => sum + (size ?? Number.NaN), 0);
  if (!Number.isNaN(total) && total !== bytes.length) throw new Error(`${files.join(', ')}: must hold ${total} bytes for ${weights.length} weights, got ${bytes.length}`);
  return bytes;
}

/**
 * A topology whose initializers are all zeros: weights come from the files, and drawing them first takes long, is random, and in plain Node fails for
 * recurrent layers.
 */
function withoutInitializers(topology: unknown): unknown {
  if (typeof topology !== 'object' || topology === null) return topology;
  if (Array.isArray(topology)) return topology.map(withoutInitializers);
  const entries = Object.entries(topology).map(([key, value]) => [key, key.endsWith('_initializer') ? { class_name: 'Zeros', config: {} } : withoutInitializers(value)]);
  return Object.fromEntries(entries);
}

/**
 * Reads a LayersModel as TensorFlow.js's `model.save` and tensorflowjs_converter write it: model.json, and the files of weights that it names.
 *
 * @throws {UsageError} where the model leaves sizes open that the options do not tell
 * @throws {Error} naming the file, and what was expected
 */
export async function readLayersModel(path: string, options: LayersModelOptions): Promise<ExportSource> {
  const json = await readJson(path);
  const artifacts = await tf.io.getModelArtifactsForJSON(json, async (manifest) => {
    const groups: Uint8Array[] = [];
    for (const group of manifest) groups.push(await readGroup(path, group));
    const bytes = Buffer.concat(groups);
    return [manifest.flatMap(({ weights }) => weights), bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)];
  });
  const model = await loadLayersModel(tf.io.fromMemory(artifacts)).catch((error: unknown) => {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  });
  return asUsage(() => layersModelSource(model, options));
}
