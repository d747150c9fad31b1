import type { DataType } from '@tensorflow/tfjs-core';
import { type Recorder, view } from '../graph/recorder.ts';
import { leaf, type Value } from '../graph/value.ts';
import type { Recording } from '../kernels/kernel.ts';
import { kernelNamed } from '../kernels/table.ts';
import { typed } from './storage.ts';

/** Records a kernel by its row of the table. Null: the kernel, or this call of it, has no ONNX form. */
export function recordKernel(recorder: Recorder, name: string, inputs: Readonly<Record<string, Value>>, attrs: object): readonly Value[] | null {
  const row = kernelNamed(name);
  if (!row) return null;
  const rec: Recording = {
    scalar,
    constant: leaf,
    view,
    call: (kernel, operands, attributes = {}) => {
      const results = recordKernel(recorder, kernel, operands, attributes);
      if (!results) throw new Error(`onnxruntime: ${name} is expressed by ${kernel}, which has no ONNX form here`);
      return results[0]!;
    },
  };
  const recorded = row.record({ inputs, attrs: attrs as never, rec });
  if (recorded === null) return null;
  if (Array.isArray(recorded)) return recorded as readonly Value[];
  if ('references' in recorded) return [recorded];
  const spec = recorded as Exclude<typeof recorded, Value | readonly Value[]>;
  return recorder.record(name, spec.inputs, spec.attrs ?? {}, spec.outputs);
}

function scalar(value: number, dtype: DataType): Value {
  return leaf(typed([value], dtype) as Float32Array, [], dtype);
}
