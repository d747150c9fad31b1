import { appendCalibrator } from '@mixwell/calibration/onnx';
import { type OnnxModel, toOnnxModel, trace } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { fileBatch, fileInputs, fileOutputs, type FileOptions } from './file-options.ts';
import { applyHead } from './head.ts';
import { packageVersion } from './package-version.ts';
import type { ExportSource } from './source/source.ts';

/** What the file says about itself, beyond how to run it. */
export interface Description {
  readonly metadata: Readonly<Record<string, string>>;
  readonly doc: string;
}

/** What depends on the batch in a way that ONNX cannot say may be said at one batch size. */
function withAdvice(error: unknown, batch: string | number): unknown {
  const isAboutBatch = typeof batch === 'string' && error instanceof Error && error.message.includes(`depends on ${batch}`);
  return isAboutBatch ? new Error(`${error.message}; a fixed batch size may do`, { cause: error }) : error;
}

/**
 * Traces the network, head included, and writes down its operators.
 *
 * @throws {Error} naming an operation that ONNX cannot say
 */
export function buildModel(source: ExportSource, options: FileOptions, description: Description): OnnxModel {
  const { opset = 17, calibrator } = options;
  const batch = fileBatch(source, options);
  const inputs = fileInputs(source, options);
  const network = (...args: tf.Tensor[]): tf.Tensor[] => tf.tidy(() => source.run(args).map((output) => applyHead(output, options)));
  const graph = trace(network, inputs.map(({ name, shape, dtype }) => ({ name, dtype, shape: [batch, ...shape] })), { names: source.weights });
  try {
    const model = toOnnxModel(graph, {
      name: source.name,
      opset,
      outputNames: calibrator ? source.outputs : fileOutputs(source, options),
      channelsFirst: inputs.filter(({ channelsFirst }) => channelsFirst).map(({ name }) => name),
      producerName: '@mixwell/onnx-export',
      producerVersion: packageVersion,
      ...description,
    });
    return calibrator ? appendCalibrator(model, calibrator, { from: 'logits', name: fileOutputs(source, options)[0]! }) : model;
  } catch (error) {
    throw withAdvice(error, batch);
  }
}
