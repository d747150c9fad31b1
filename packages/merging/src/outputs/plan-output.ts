import { basename } from 'node:path';
import type { TaskPlan } from '../run/plan-tasks.ts';
import { isFileName } from '../run/workspace.ts';
import type { Checkpoint } from '../sources/tensor-place.ts';
import { onnxOutput } from './onnx-output.ts';
import type { OutputPlan } from './output-plan.ts';
import { safetensorsOutput } from './safetensors-output.ts';

export type OutputFormat = 'safetensors' | 'onnx';

export interface OutputOptions {
  /** A folder, or a file that ends in .safetensors or .onnx. */
  readonly out: string;
  /** Default by the end of `out`; in a folder that of the base (or first model). */
  readonly format?: OutputFormat;
  /** Most bytes of tensors in one safetensors file. A file by itself and an adapter have all. Default 5e9. */
  readonly maxShardBytes?: number;
}

const defaultShardBytes = 5e9;

/** Where every tensor of the result goes. @param reference the base, or the first model @throws {RangeError} where the form cannot hold the result */
export function planOutput({ results, tasks }: TaskPlan, reference: Checkpoint, { out, format, maxShardBytes = defaultShardBytes }: OutputOptions): OutputPlan {
  const isFile = isFileName(out);
  const byName = isFile ? (out.endsWith('.onnx') ? 'onnx' : 'safetensors') : undefined;
  if (format && byName && format !== byName) throw new RangeError(`output: ${out} must end in .${format}`);
  if (!(maxShardBytes > 0)) throw new RangeError(`output: maxShardBytes must be > 0, got ${maxShardBytes}`);
  if ((format ?? byName ?? reference.format) === 'safetensors') {
    const stem = isFile ? basename(out, '.safetensors') : reference.adapter ? 'adapter_model' : 'model';
    // PEFT reads an adapter from one file
    return safetensorsOutput(results, { ...reference.metadata, format: 'pt' }, isFile || reference.adapter ? Infinity : maxShardBytes, stem);
  }
  if (reference.format !== 'onnx') throw new RangeError(`output: ONNX needs a graph: the base (or first model) must be an ONNX file, got ${reference.path}`);
  const copied = new Set(tasks.flatMap(({ action, name, tiedNames }) => (action === 'copy' ? [name, ...tiedNames] : [])));
  const plan = onnxOutput(results, (name) => copied.has(name), reference.file, reference.tensors);
  if (!isFile) return plan;
  if (plan.files.length > 1) throw new RangeError(`output: ${reference.path} has elements in other files, so the output must be a folder, got ${out}`);
  const [{ name: templateName, ...file }] = plan.files as [typeof plan.files[number]];
  const renamed = Object.entries(plan.places).map(([name, place]) => [name, { ...place, file: place.file === templateName ? basename(out) : place.file }]);
  return { files: [{ ...file, name: basename(out) }], places: Object.fromEntries(renamed) as OutputPlan['places'], texts: [] };
}
