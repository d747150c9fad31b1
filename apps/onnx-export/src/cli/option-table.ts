import { architectures } from '@mixwell/models';
import { supportedOpsets } from '@mixwell/tfjs-onnx';

/** One option as it is parsed and as `--help` shows it. */
export interface OptionRow {
  readonly type: 'string' | 'boolean';
  readonly group: 'Network' | 'File' | 'Metadata' | 'Check' | 'Output';
  readonly help: string;
  /** What stands for the value in the help. */
  readonly hint?: string;
  readonly short?: string;
  readonly multiple?: boolean;
}

/** The names of all options. */
export type OptionName =
  | 'arch' | 'options' | 'input-shape' | 'out' | 'opset' | 'batch' | 'inputs-as-nchw'
  | 'external-data' | 'softmax' | 'temperature' | 'calibrator' | 'input-names' | 'output-names' | 'labels' | 'mean' | 'std'
  | 'metadata' | 'check' | 'atol' | 'runtime' | 'json' | 'quiet' | 'help' | 'version';

/** Every option. Nothing has a default here: what is left out is left to the functions that do the work. */
export const optionTable: Readonly<Record<OptionName, OptionRow>> = {
  arch: { type: 'string', group: 'Network', hint: 'name', help: `architecture of a .safetensors file: ${Object.keys(architectures).join(', ')} (default: what its metadata says)` },
  options: { type: 'string', group: 'Network', hint: 'json', help: 'options of the architecture, such as \'{"norm":"batch"}\' (default: from the metadata, else from the shapes of the weights)' },
  'input-shape': { type: 'string', group: 'Network', hint: 'h,w,c', help: 'size of one input where weights do not tell: 28,28,1' },
  out: { type: 'string', group: 'File', hint: 'file', short: 'o', help: 'the ONNX file to write; replaced only when every check has passed' },
  opset: { type: 'string', group: 'File', hint: 'n', help: `version of ONNX operators, ${supportedOpsets.oldest} to ${supportedOpsets.newest} (default 17)` },
  batch: { type: 'string', group: 'File', hint: 'name|n', help: 'name of the open batch axis, or a fixed batch size (default batch)' },
  'inputs-as-nchw': { type: 'boolean', group: 'File', help: 'images are [batch, channels, height, width] as in PyTorch (default: [batch, height, width, channels])' },
  'external-data': { type: 'boolean', group: 'File', help: 'put the weights into a second file, <out>.data; above 1.5 GiB that is always done' },
  softmax: { type: 'boolean', group: 'File', help: 'give probabilities instead of logits' },
  temperature: { type: 'string', group: 'File', hint: 't', help: 'divide logits by a calibration temperature' },
  calibrator: { type: 'string', group: 'File', hint: 'file', help: 'give the probabilities of a calibrator: the JSON of what a fit of @mixwell/calibration returned' },
  'input-names': { type: 'string', group: 'File', hint: 'a,b', help: 'names of the inputs (default input, or those of the model\'s input layers)' },
  'output-names': { type: 'string', group: 'File', hint: 'a,b', help: 'names of the outputs (default logits, probabilities with --softmax or --calibrator, or those of the model\'s output layers)' },
  labels: { type: 'string', group: 'Metadata', hint: 'a,b,c|file', help: 'class names, or a file with one per line' },
  mean: { type: 'string', group: 'Metadata', hint: 'x,y,z', help: 'what was taken off each channel in training; written down, not computed' },
  std: { type: 'string', group: 'Metadata', hint: 'x,y,z', help: 'what each channel was divided by after that; written down, not computed' },
  metadata: { type: 'string', group: 'Metadata', hint: 'key=value', multiple: true, help: 'any other entry; may be given several times' },
  check: { type: 'string', group: 'Check', hint: 'file', help: 'write nothing, but compare this ONNX file with the network: numbers, size, speed (the options say what it is like)' },
  atol: { type: 'string', group: 'Check', hint: 'x', help: 'largest absolute difference that passes (default 1e-4)' },
  runtime: { type: 'string', group: 'Check', hint: 'node|web', help: 'run the file in onnxruntime-node or onnxruntime-web (default: the first that is installed)' },
  json: { type: 'boolean', group: 'Output', help: 'print the report as JSON' },
  quiet: { type: 'boolean', group: 'Output', short: 'q', help: 'print nothing but errors' },
  help: { type: 'boolean', group: 'Output', short: 'h', help: 'print this' },
  version: { type: 'boolean', group: 'Output', short: 'v', help: 'print the version' },
};

/** Whether an option of this name exists. */
export const isOptionName = (name: string): name is OptionName => Object.hasOwn(optionTable, name);
