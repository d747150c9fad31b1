import { reliabilityDiagram, softmax } from '@mixwell/calibration';
import { batches } from '@mixwell/data';
import type { Model, Variables } from '@mixwell/models';
import { exportOnnx, modelSource, type OnnxRuntime } from '@mixwell/onnx-export';
import { hostTensor, type HostTensor } from '@mixwell/tensor';
import { writeFileAtomic } from '@mixwell/tensor/node';
import type { Images } from './load-images.ts';
import type { OnnxResult } from './results.ts';

/** Every probability that the file gives has to be this near to the trained network's. */
const TOLERANCE = 1e-4;

export interface BestRun {
  readonly name: string;
  readonly vars: Variables;
  readonly temperature: number;
  /** [n, classes]: the trained network's logits of the test images, divided by the temperature. */
  readonly testLogits: HostTensor<'float64'>;
}

/** The probabilities [n, classes] that the file gives for all test images. */
async function runFile(bytes: Uint8Array, runtime: OnnxRuntime, { test, normalization }: Images): Promise<HostTensor<'float32'>> {
  const session = await runtime.load(bytes);
  const probabilities = new Float32Array(test.labels.data.length * test.classes);
  let at = 0;
  for (const { images } of batches(test, { size: 1000, ...normalization })) {
    const part = (await session.run({ input: images }))['probabilities']!.data as Float32Array;
    probabilities.set(part, at);
    at += part.length;
  }
  await session.release();
  return hostTensor('float32', [test.labels.data.length, test.classes], probabilities);
}

/** NaN if there is one. */
function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/**
 * Writes the network with temperature and softmax as an ONNX file. `exportOnnx` compares it with an independent implementation; here it runs over all test
 * images, and every probability is compared with the trained network's.
 *
 * @throws Error where the file is further than 1e-4 from the network; it is not written then
 */
export async function exportBest(model: Model, { name, vars, temperature, testLogits }: BestRun, images: Images, path: string): Promise<OnnxResult> {
  const { normalization, classNames, test } = images;
  const { bytes, model: file, runtime, parity } = await exportOnnx(modelSource(model, vars), { temperature, softmax: true, labels: classNames, ...normalization, atol: TOLERANCE });
  const probabilities = await runFile(bytes, runtime, images);
  const difference = Math.max(parity.maxAbsDiff, largestDifference(probabilities.data, softmax(testLogits).data));
  if (!(difference <= TOLERANCE)) throw new Error(`${path}: the file must agree with the trained network to ${TOLERANCE}, got a difference of ${difference}`);
  await writeFileAtomic(path, bytes);
  const { accuracy, ece } = reliabilityDiagram({ probabilities }, test.labels);
  return {
    run: name,
    bytes: bytes.length,
    opset: file.opset['']!,
    operators: file.graph.nodes.length,
    runtime: `${runtime.name} ${runtime.version}`,
    largestDifference: difference,
    tolerance: TOLERANCE,
    accuracy,
    ece,
  };
}
