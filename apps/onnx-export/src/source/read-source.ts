import { extname } from 'node:path';
import { UsageError } from '../usage-error.ts';
import { readModelJson } from './model-json.ts';
import { readGraphModel } from './read-graph-model.ts';
import { readLayersModel } from './read-layers-model.ts';
import { readWeights, type WeightsOptions } from './read-weights.ts';
import type { ExportSource } from './source.ts';

/** What to do with files that are something else. */
const advice: Readonly<Record<string, string>> = {
  '.pt': 'save it with safetensors.torch.save_file(model.state_dict(), "model.safetensors")',
  '.pth': 'save it with safetensors.torch.save_file(model.state_dict(), "model.safetensors")',
  '.ckpt': 'save it with safetensors.torch.save_file(model.state_dict(), "model.safetensors")',
  '.h5': 'convert it with tensorflowjs_converter --input_format keras',
  '.keras': 'convert it with tensorflowjs_converter --input_format keras',
  '.bin': 'give the model.json that names it',
  '.onnx': 'it is an ONNX file already',
};

/**
 * Reads a network from a file: .safetensors, or the model.json of a LayersModel or GraphModel.
 *
 * @throws {UsageError} for a file of another kind, and options that are for the other kind
 * @throws {Error} naming the file and what is wrong with it
 */
export async function readSource(path: string, { arch, options, inputShape }: WeightsOptions): Promise<ExportSource> {
  const extension = extname(path).toLowerCase();
  if (extension === '.safetensors') return readWeights(path, { arch, options, inputShape });
  if (extension !== '.json') throw new UsageError(`${path}: must be a .safetensors file or the model.json of TensorFlow.js${advice[extension] ? `: ${advice[extension]}` : ''}`);
  const stray = arch !== undefined ? '--arch' : options !== undefined ? '--options' : undefined;
  if (stray) throw new UsageError(`${stray} is for .safetensors files; ${path} says itself what it is`);
  const file = await readModelJson(path);
  return (file.format === 'graph-model' ? readGraphModel : readLayersModel)(file, inputShape ? { inputShape } : {});
}
