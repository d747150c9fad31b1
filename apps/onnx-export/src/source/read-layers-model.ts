import * as tf from '@tensorflow/tfjs-core';
import { asUsage } from '../usage-error.ts';
import { layersModelSource, type LayersModelOptions } from './layers-model-source.ts';
import { loadOptional } from './load-optional.ts';
import { type ModelJson, readArtifacts } from './model-json.ts';
import type { ExportSource } from './source.ts';

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
 * @throws {Error} naming the file, and what was expected; or where @tensorflow/tfjs-layers is not installed
 */
export async function readLayersModel(file: ModelJson, options: LayersModelOptions): Promise<ExportSource> {
  const { loadLayersModel, version_layers: version } = await loadOptional('@tensorflow/tfjs-layers', () => import('@tensorflow/tfjs-layers'));
  const artifacts = await readArtifacts(file);
  const topology = withoutInitializers(artifacts.modelTopology) as object;
  const model = await loadLayersModel(tf.io.fromMemory({ ...artifacts, modelTopology: topology })).catch((error: unknown) => {
    throw new Error(`${file.path}: ${(error as Error).message}`, { cause: error });
  });
  const source = asUsage(() => layersModelSource(model, options));
  return { ...source, metadata: { ...source.metadata, 'mixwell.source': `@tensorflow/tfjs-layers ${version}` } };
}
