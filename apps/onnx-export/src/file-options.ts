import { givesProbabilities, type HeadOptions } from './head.ts';
import type { ExportSource, SourceInput } from './source/source.ts';

/** What the ONNX file is to look like. */
export interface FileOptions extends HeadOptions {
  /** Version of ONNX's operators, 17 to 26. Default 17 with IR version 8, which every runtime of the last years loads. */
  readonly opset?: number;
  /** Name of the open batch axis, or its fixed size. Default: the network's, where it has but one, else 'batch'. */
  readonly batch?: string | number;
  /** Whether image inputs are [batch, channels, height, width]. Default false: [batch, height, width, channels], as TensorFlow.js has them. */
  readonly inputsAsNchw?: boolean;
  /** Default: the source's: 'input', or the names of a LayersModel's input layers. */
  readonly inputNames?: readonly string[];
  /** Default: 'logits' ('probabilities' with a softmax or a calibrator), or the names of a LayersModel's output layers. */
  readonly outputNames?: readonly string[];
}

/** An input of the file. */
export interface FileInput extends SourceInput {
  /** Whether the file has it as [batch, channels, height, width]. */
  readonly channelsFirst: boolean;
}

function rename(what: string, own: readonly string[], given: readonly string[] | undefined): readonly string[] {
  const names = given ?? own;
  if (names.length !== own.length) throw new RangeError(`exportOnnx: ${what}Names must be ${own.length} (${own.join(', ')}), got ${names.join(', ') || 'none'}`);
  if (names.includes('')) throw new RangeError(`exportOnnx: ${what}Names must not be empty`);
  return names;
}

/**
 * The batch axis of the file.
 *
 * @throws {RangeError} where the network runs at another batch size only
 */
export function fileBatch(source: ExportSource, { batch }: FileOptions): string | number {
  if (source.batch !== undefined && batch !== undefined && batch !== source.batch) throw new RangeError(`exportOnnx: batch must be ${source.batch}, the only size at which ${source.name} runs, got ${batch}`);
  return batch ?? source.batch ?? 'batch';
}

/** The inputs as the file has them. */
export function fileInputs(source: ExportSource, { inputsAsNchw = false, inputNames }: FileOptions): readonly FileInput[] {
  const names = rename('input', source.inputs.map(({ name }) => name), inputNames);
  const inputs = source.inputs.map((input, i) => ({ ...input, name: names[i]!, channelsFirst: inputsAsNchw && input.shape.length === 3 }));
  if (inputsAsNchw && inputs.every(({ channelsFirst }) => !channelsFirst)) {
    throw new RangeError(`exportOnnx: inputsAsNchw needs an input [height, width, channels], got ${source.inputs.map(({ shape }) => `[${shape.join(', ')}]`).join(', ')}`);
  }
  return inputs;
}

/** The names of the outputs in the file. */
export function fileOutputs(source: ExportSource, options: FileOptions): readonly string[] {
  return rename('output', givesProbabilities(options) ? ['probabilities'] : source.outputs, options.outputNames);
}
