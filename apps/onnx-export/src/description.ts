import { version_core } from '@tensorflow/tfjs-core';
import type { Description } from './build-model.ts';
import { type FileInput, fileInputs, fileOutputs, type FileOptions } from './file-options.ts';
import type { Parity } from './parity/check-parity.ts';
import type { ExportSource } from './source/source.ts';

/** What is written into a file for those who use it. */
export interface DescriptionOptions {
  /** Class names, in the order of the outputs. Stored as a JSON array under `mixwell.labels`. Default: none. */
  readonly labels?: readonly string[];
  /** What was taken off each channel of the images that the network was trained on. Stored as a JSON array under `mixwell.mean`. Default: none. */
  readonly mean?: readonly number[];
  /** What each channel was divided by after that. Stored as a JSON array under `mixwell.std`. Default: none. */
  readonly std?: readonly number[];
  /** Further keys and values. Keys that begin with `mixwell.` are taken. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const channelsOf = ({ shape }: Pick<FileInput, 'shape'>): number => shape.at(-1) ?? 1;

/** @throws {RangeError} where there is not one label per class */
export function checkLabels(labels: readonly string[], classes: number): void {
  if (labels.length !== classes) throw new RangeError(`exportOnnx: labels must be ${classes}, one per class, got ${labels.length}`);
}

/** @throws {RangeError} where values do not fit the network's channels, labels its classes, or a key is taken */
export function checkDescription(source: ExportSource, { labels, mean, std, metadata = {} }: DescriptionOptions): void {
  if (labels && source.classes !== null) checkLabels(labels, source.classes);
  const channels = channelsOf(source.inputs[0]!);
  for (const [name, values] of [['mean', mean], ['std', std]] as const) {
    if (values && values.length !== 1 && values.length !== channels) throw new RangeError(`exportOnnx: ${name} must be one number, or one per channel (${channels}), got ${values.length}`);
    if (values?.some((value) => !Number.isFinite(value) || (name === 'std' && value <= 0))) throw new RangeError(`exportOnnx: ${name} must be finite${name === 'std' ? ' and > 0' : ''}, got ${values.join(', ')}`);
  }
  const taken = Object.keys(metadata).find((key) => key.startsWith('mixwell.') || key === '');
  if (taken !== undefined) throw new RangeError(`exportOnnx: metadata keys must not be empty or begin with 'mixwell.', got '${taken}'`);
}

/** The results of a file's checks. */
interface Results {
  readonly parity: Parity;
  /** Of the file without its softmax or calibrator. */
  readonly logitsParity?: Parity;
}

function parityMetadata({ parity: { maxAbsDiff, atol, checks, runtime, reference }, logitsParity }: Results): Record<string, string> {
  return {
    'mixwell.parity.max_abs_diff': String(maxAbsDiff),
    ...(logitsParity && { 'mixwell.parity.logits_max_abs_diff': String(logitsParity.maxAbsDiff) }),
    'mixwell.parity.atol': String(atol),
    'mixwell.parity.checks': JSON.stringify(checks.map(({ inputs, batch, maxAbsDiff: difference, scale }) => ({ inputs, batch, max_abs_diff: difference, scale }))),
    'mixwell.parity.runtime': runtime,
    'mixwell.parity.reference': reference,
  };
}

const json = (key: string, value: readonly unknown[] | undefined): Record<string, string> => (value ? { [key]: JSON.stringify(value) } : {});

/** The metadata and the description of a file; with the results of its checks once they are known. */
export function describe(source: ExportSource, options: FileOptions & DescriptionOptions, results?: Results): Description {
  const { opset = 17, temperature = 1, softmax = false, calibrator, labels, mean, std, metadata = {} } = options;
  const inputs = fileInputs(source, options);
  const layout = inputs.some(({ channelsFirst }) => channelsFirst) ? 'NCHW' : 'NHWC';
  return {
    doc: `${source.name}: ${fileOutputs(source, options).join(', ')} of ${inputs.map(({ name }) => name).join(', ')}. Exported from TensorFlow.js by @mixwell/onnx-export.`,
    metadata: {
      ...source.metadata,
      'mixwell.opset': String(opset),
      ...(inputs.some(({ shape }) => shape.length === 3) && { 'mixwell.layout': layout }),
      'mixwell.temperature': String(temperature),
      'mixwell.softmax': String(softmax),
      ...(calibrator && { 'mixwell.calibrator': calibrator.type }),
      ...json('mixwell.labels', labels),
      ...json('mixwell.mean', mean),
      ...json('mixwell.std', std),
      'mixwell.tfjs': version_core,
      ...(results && parityMetadata(results)),
      ...metadata,
    },
  };
}
