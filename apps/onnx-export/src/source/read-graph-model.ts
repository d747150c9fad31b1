import { basename, dirname, resolve } from 'node:path';
import { asUsage } from '../usage-error.ts';
import { checkGraph, type GraphDef } from './graph-def.ts';
import { graphModelSource, type GraphModelOptions } from './graph-model-source.ts';
import { loadOptional } from './load-optional.ts';
import { type ModelJson, readArtifacts } from './model-json.ts';
import type { ExportSource } from './source.ts';

/**
 * Reads a GraphModel as tensorflowjs_converter writes it: model.json, and the files of weights that it names. Its name is that of the folder.
 *
 * @throws {UsageError} where the model leaves sizes open that the options do not tell
 * @throws {Error} naming the file and the node, where the graph is damaged or cannot be exported; or where @tensorflow/tfjs-converter is not installed
 */
export async function readGraphModel(file: ModelJson, options: Pick<GraphModelOptions, 'inputShape'>): Promise<ExportSource> {
  const artifacts = await readArtifacts(file);
  const graph = artifacts.modelTopology as GraphDef;
  checkGraph(file.path, graph, new Set(artifacts.weightSpecs!.map(({ name }) => name)));
  const { loadGraphModelSync, version_converter: version } = await loadOptional('@tensorflow/tfjs-converter', () => import('@tensorflow/tfjs-converter'));
  try {
    const model = loadGraphModelSync(artifacts);
    const source = asUsage(() => graphModelSource(model, { ...options, graph, name: basename(dirname(resolve(file.path))) }));
    return { ...source, metadata: { ...source.metadata, 'mixwell.source': `@tensorflow/tfjs-converter ${version}` } };
  } catch (error) {
    if (error instanceof Error && error.name === 'UsageError') throw error;
    throw new Error(`${file.path}: ${(error as Error).message}`, { cause: error });
  }
}
