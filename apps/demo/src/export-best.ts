import { createRequire } from 'node:module';
import { reliabilityDiagram, softmax } from '@mixwell/calibration';
import { batches } from '@mixwell/data';
import type { Model, Variables } from '@mixwell/models';
import { hostTensor, type HostTensor } from '@mixwell/tensor';
import { writeFileAtomic } from '@mixwell/tensor/node';
import { createSession, type OnnxSession, readOnnx, toOnnx, trace } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Images } from './load-images.ts';
import type { OnnxResult } from './results.ts';

/** Every number that the file gives has to be this near to the trained network's. */
const TOLERANCE = 1e-4;
const OPSET = 17;

export interface BestRun {
  readonly name: string;
  readonly vars: Variables;
  readonly temperature: number;
  /** [n, classes]: the trained network's logits of the test images, divided by the temperature. */
  readonly testLogits: HostTensor<'float64'>;
}

/** Pixels in [0, 1] to calibrated logits and probabilities, as an ONNX model with a symbolic batch. */
function toModelFile(model: Model, { vars, temperature }: BestRun, { normalization: { mean, std }, classNames }: Images): Uint8Array {
  const graph = trace(function classify(images: tf.Tensor) {
    const { y } = model.run(vars, tf.div(tf.sub(images, tf.tensor1d(mean)), tf.tensor1d(std)));
    const logits = tf.div(y, temperature);
    return { logits, probabilities: tf.softmax(logits) };
  }, [{ name: 'images', shape: ['batch', ...model.inputShape], dtype: 'float32' }], { names: { ...vars.params, ...vars.buffers } });
  return toOnnx(graph, {
    opset: OPSET,
    doc: 'Images [batch, height, width, channel] with pixels in [0, 1]; calibrated class probabilities.',
    metadata: {
      'Image.NominalPixelRange': 'Normalized_0_1',
      'mixwell.architecture': model.name,
      'mixwell.options': JSON.stringify(model.options),
      'mixwell.temperature': String(temperature),
      'mixwell.classes': JSON.stringify(classNames),
    },
  });
}

interface FileOutputs {
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
}

/** Runs the file over all test images. */
function runFile(session: OnnxSession, { test }: Images): FileOutputs {
  const parts = [...batches(test, { size: 1000 })].map(({ images }) => session.run({ images }));
  const joined = (name: string): Float32Array => Float32Array.from(parts.flatMap((part) => Array.from(part[name]!.data as Float32Array)));
  return { logits: joined('logits'), probabilities: joined('probabilities') };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = difference; // NaN too
  }
  return worst;
}

/**
 * Writes the network with its temperature as an ONNX file, runs the file over all test images, and compares every number with the trained network's.
 *
 * @throws Error where a number of the file is further than 1e-4 from the network's; the file is not written then
 */
export async function exportBest(model: Model, best: BestRun, images: Images, path: string): Promise<OnnxResult> {
  const bytes = toModelFile(model, best, images);
  const session = createSession(bytes);
  const outputs = runFile(session, images);
  session.release();
  const difference = Math.max(largestDifference(outputs.logits, best.testLogits.data), largestDifference(outputs.probabilities, softmax(best.testLogits).data));
  if (!(difference <= TOLERANCE)) throw new Error(`${path}: the exported file must agree with the trained network to ${TOLERANCE}, got a difference of ${difference}`);
  await writeFileAtomic(path, bytes);

  const { labels } = images.test;
  const logits = hostTensor('float32', best.testLogits.shape, outputs.logits);
  const { accuracy, ece } = reliabilityDiagram({ logits }, labels);
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return {
    run: best.name,
    bytes: bytes.length,
    opset: OPSET,
    operators: readOnnx(bytes).graph.nodes.length,
    runtime: `onnxruntime-node ${version}`,
    largestDifference: difference,
    tolerance: TOLERANCE,
    accuracy,
    ece,
  };
}
