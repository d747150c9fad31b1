import { type OnnxModel, toOnnxModel, trace } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { fileInputs, fileOutputs, type FileOptions } from './file-options.ts';
import { applyHead } from './head.ts';
import { packageVersion } from './package-version.ts';
import type { ExportSource } from './source/source.ts';

/** What the file says about itself, beyond how to run it. */
export interface Description {
  readonly metadata: Readonly<Record<string, string>>;
  readonly doc: string;
}

/**
 * Traces the network, head included, and writes down its operators.
 *
 * @throws {Error} naming an operation that ONNX cannot say
 */
export function buildModel(source: ExportSource, options: FileOptions, description: Description): OnnxModel {
  const { batch = 'batch', opset = 17 } = options;
  const inputs = fileInputs(source, options);
  const outputNames = fileOutputs(source, options);
  const network = (...args: tf.Tensor[]): tf.Tensor[] => tf.tidy(() => source.run(args).map((output) => applyHead(output, options)));
  const graph = trace(network, inputs.map(({ name, shape, dtype }) => ({ name, dtype, shape: [batch, ...shape] })), { names: source.weights });
  return toOnnxModel(graph, {
    name: source.name,
    opset,
    outputNames,
    channelsFirst: inputs.filter(({ channelsFirst }) => channelsFirst).map(({ name }) => name),
    producerName: '@mixwell/onnx-export',
    producerVersion: packageVersion,
    ...description,
  });
}
