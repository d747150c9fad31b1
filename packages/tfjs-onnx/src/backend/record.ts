import type { DataType } from '@tensorflow/tfjs-core';
import { type Recorder, view } from '../graph/recorder.ts';
import { elements, leaf, type OutputSpec, type Value } from '../graph/value.ts';
import type { Kernel, KernelCall, Recording } from '../kernels/kernel.ts';
import { kernelNamed } from '../kernels/table.ts';
import { typed } from './storage.ts';

/** Records a kernel by its row of the table. Null: the kernel, or this call of it, has no ONNX form. */
export function recordKernel(recorder: Recorder, name: string, inputs: Readonly<Record<string, Value>>, attrs: object): readonly Value[] | null {
  const row = kernelNamed(name);
  if (!row) return null;
  const rec: Recording = {
    scalar,
    constant: (data, shape, dtype) => leaf(typed(data, dtype), shape, dtype),
    view,
    call: (kernel, operands, attributes = {}) => {
      const results = recordKernel(recorder, kernel, operands, attributes);
      if (!results) throw new NoOnnxForm(`onnxruntime: ${name} is expressed by ${kernel}, which has no ONNX form here`);
      return results[0]!;
    },
  };
  const recorded = recordRow(row, { inputs, attrs: attrs as never, rec });
  if (recorded === null) return null;
  if (Array.isArray(recorded)) return recorded as readonly Value[];
  if ('references' in recorded) return [recorded];
  const spec = recorded as Exclude<typeof recorded, Value | readonly Value[]>;
  // Some of ONNX Runtime's operators refuse empty tensors, or end the process.
  if (spec.outputs.every(({ shape }) => elements(shape) === 0)) return spec.outputs.map(empty);
  return recorder.record(name, spec.inputs, spec.attrs ?? {}, spec.outputs);
}

/** A kernel cannot be expressed by another, because that one has no ONNX form for these operands. */
class NoOnnxForm extends Error {}

function recordRow(row: Kernel, call: KernelCall<never>): ReturnType<Kernel['record']> {
  try {
    return row.record(call);
  } catch (error) {
    if (error instanceof NoOnnxForm) return null;
    throw error;
  }
}

function empty({ shape, dtype }: OutputSpec): Value {
  return leaf(typed([], dtype) as Float32Array, shape, dtype);
}

function scalar(value: number, dtype: DataType): Value {
  return leaf(typed([value], dtype) as Float32Array, [], dtype);
}
