import type { OnnxModel } from '@mixwell/tfjs-onnx';
import { buildModel } from './build-model.ts';
import { checkDescription, checkLabels, describe, type DescriptionOptions } from './description.ts';
import { fileBatch, fileInputs, fileOutputs, type FileOptions } from './file-options.ts';
import { checkHead, givesProbabilities } from './head.ts';
import { checkParity, checkTolerance, DEFAULT_TOLERANCE, type Parity, ParityError } from './parity/check-parity.ts';
import { type ParityCase, parityCases } from './parity/parity-cases.ts';
import { EXTERNAL_DATA_ABOVE, type ModelFiles, modelFiles } from './runtime/model-files.ts';
import { type OnnxRuntime, openRuntime } from './runtime/open-runtime.ts';
import type { ExportSource } from './source/source.ts';

export interface ExportOptions extends FileOptions, DescriptionOptions {
  /** Largest absolute difference of an output that passes. Default 1e-4. */
  readonly atol?: number;
  /** Weights of more bytes go into a file of their own beside the model; 0: always. Default 1.5 GiB. A file of 2 GiB cannot be written. */
  readonly externalDataAbove?: number;
  /** The name of that file. Default 'model.onnx.data'. */
  readonly dataName?: string;
  /** What runs the file. Default: `openRuntime()`. */
  readonly runtime?: OnnxRuntime;
  /** Told what begins now: 'tracing resnet18'. Default: nobody. */
  readonly onStage?: (stage: string) => void;
}

/** A network as a file that was run and compared. */
export interface ExportedOnnx extends ModelFiles {
  readonly model: OnnxModel;
  readonly parity: Parity;
  /** Of the file without its softmax or calibrator, if it has one. */
  readonly logitsParity?: Parity;
  /** For `checkParity`, to check a file that these bytes were written to. */
  readonly cases: readonly ParityCase[];
  readonly runtime: OnnxRuntime;
}

function filesOf(model: OnnxModel, { externalDataAbove = EXTERNAL_DATA_ABOVE, dataName = 'model.onnx.data' }: ExportOptions): ModelFiles {
  return modelFiles(model, externalDataAbove, dataName);
}

function checkWeights({ weights }: ExportSource): void {
  for (const [name, tensor] of Object.entries(weights)) {
    const at = tensor.dataSync().findIndex((value) => !Number.isFinite(value));
    if (at !== -1) throw new RangeError(`exportOnnx: weights must be finite, got ${tensor.dataSync()[at]} at element ${at} of ${name}`);
  }
}

/**
 * Runs the file without its softmax or calibrator: where that is sure of itself, it hides by how much logits differ.
 *
 * @returns undefined for a file that has none
 * @throws {ParityError} where logits differ
 */
async function checkLogits(source: ExportSource, options: ExportOptions, cases: readonly ParityCase[], check: { readonly runtime: OnnxRuntime; readonly atol: number }): Promise<Parity | undefined> {
  if (!givesProbabilities(options)) return undefined;
  const { calibrator: _, ...others } = options;
  const fileOptions = { ...others, softmax: false, outputNames: ['logits'] };
  const model = buildModel(source, fileOptions, describe(source, fileOptions));
  const logitCases = cases.map((item) => ({ ...item, ...item.logits }));
  const parity = await checkParity(filesOf(model, options), logitCases, check);
  if (!parity.passed) throw new ParityError(parity, options.calibrator ? 'before the calibrator' : 'before the softmax');
  return parity;
}

/** @throws {RangeError} where options are out of range or do not fit the network; what `exportOnnx` checks first */
export function checkExportOptions(source: ExportSource, options: ExportOptions): void {
  checkTolerance(options.atol ?? DEFAULT_TOLERANCE);
  if (!((options.externalDataAbove ?? 0) >= 0)) throw new RangeError(`exportOnnx: externalDataAbove must be a number >= 0, got ${options.externalDataAbove}`);
  checkHead(source, options);
  checkDescription(source, options);
  fileBatch(source, options);
  const names = [...fileInputs(source, options).map(({ name }) => name), ...fileOutputs(source, options)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`exportOnnx: names of inputs and outputs must differ, got '${twice}' twice`);
}

/**
 * Writes a network as ONNX in memory, runs it on several inputs at two batch sizes, and compares with the network on TensorFlow.js's CPU back end.
 * The largest difference is stored in the file's metadata. Nothing of what is given is disposed.
 *
 * @throws {ParityError} where the file differs by more than `atol`, or gives NaN
 * @throws {RangeError} for options that do not fit the network, and weights that are not finite
 */
export async function exportOnnx(source: ExportSource, options: ExportOptions = {}): Promise<ExportedOnnx> {
  const { atol = DEFAULT_TOLERANCE, onStage = () => {} } = options;
  checkExportOptions(source, options);
  checkWeights(source);
  const runtime = options.runtime ?? await openRuntime();
  onStage(`tracing ${source.name}`);
  const draft = buildModel(source, options, describe(source, options));
  const classes = draft.graph.outputs[0]!.dims!.at(-1);
  if (options.labels && typeof classes === 'number') checkLabels(options.labels, classes);
  const cases = await parityCases(source, options, (inputs, batch) => onStage(`running the network on TensorFlow.js's CPU back end: ${inputs}, batch ${batch}`));
  onStage(`running the file in ${runtime.name}`);
  const logitsParity = await checkLogits(source, options, cases, { runtime, atol });
  const parity = await checkParity(filesOf(draft, options), cases, { runtime, atol });
  if (!parity.passed) throw new ParityError(parity);
  const model = { ...draft, metadata: describe(source, options, { parity, ...(logitsParity && { logitsParity }) }).metadata };
  return { ...filesOf(model, options), model, parity, ...(logitsParity && { logitsParity }), cases, runtime };
}
