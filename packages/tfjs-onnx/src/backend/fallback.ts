import * as tf from '@tensorflow/tfjs-core';
import { reasonOf } from '../kernels/fallbacks.ts';

/** The part of TensorFlow.js's CPU back end that is needed to run one of its kernels on host arrays. */
interface CpuBackend {
  makeTensorInfo(shape: readonly number[], dtype: tf.DataType, values: tf.BackendValues): tf.TensorInfo;
  readSync(dataId: tf.DataId): tf.BackendValues;
  disposeData(dataId: tf.DataId, force?: boolean): boolean;
  readonly data: { get(dataId: tf.DataId): { complexTensorInfos?: { real: tf.TensorInfo; imag: tf.TensorInfo } } };
}

/** A tensor on the host. Complex tensors have two parts. */
export interface HostValue {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  readonly data: tf.BackendValues | null;
  readonly complex: { readonly real: HostValue; readonly imag: HostValue } | null;
}

/** Operands of a kernel. Those of ragged tensors are lists within the record. */
export type Operands<T> = Readonly<Record<string, T | readonly T[]>> | readonly T[];

/** The operands without those that were left out, with their names; a list within the record gives several of one name. */
export function listOperands<T extends object>(operands: Operands<T>): readonly (readonly [string, T])[] {
  const named = operands as Readonly<Record<string, T | readonly T[] | null | undefined>>;
  const listed: [string, T][] = [];
  // Every kernel that is recorded comes through here.
  for (const key of Object.keys(named)) {
    const operand = named[key];
    if (operand == null) continue;
    if (Array.isArray(operand)) for (const one of operand as readonly T[]) listed.push([key, one]);
    else listed.push([key, operand as T]);
  }
  return listed;
}

/** The same record or list of other operands. */
export function mapOperands<T, U>(operands: Operands<T>, convert: (operand: T) => U): Operands<U> {
  const each = (operand: T | readonly T[] | null | undefined): U | readonly U[] | undefined =>
    (operand == null ? undefined : Array.isArray(operand) ? operand.map(convert) : convert(operand as T));
  if (Array.isArray(operands)) return operands.map(convert);
  return Object.fromEntries(Object.entries(operands).map(([key, operand]) => [key, each(operand)])) as Readonly<Record<string, U | readonly U[]>>;
}

const warned = new Set<string>();

/** Says once that a kernel runs on the CPU back end. */
export function warnFallback(name: string): void {
  if (warned.has(name)) return;
  warned.add(name);
  tf.backend_util.warn(`onnxruntime: kernel ${name} runs on the CPU back end, outside of any compiled graph: ${reasonOf(name)}`);
}

/** The call in words, for messages: operands by type and shape, attributes. */
export function describeCall(name: string, infos: readonly (readonly [string, tf.TensorInfo])[], attrs: object): string {
  const operands = infos.map(([key, { dtype, shape }]) => `${key}: ${dtype}[${shape.join()}]`);
  return `${name}(${[...operands, ...(Object.keys(attrs).length > 0 ? [JSON.stringify(attrs)] : [])].join(', ')})`;
}

/** The error for a call that cannot be part of a traced function. */
export function noOnnxForm(tracedName: string, name: string, infos: readonly (readonly [string, tf.TensorInfo])[], attrs: object): Error {
  return new Error(
    `onnxruntime: ${tracedName}: kernel ${describeCall(name, infos, attrs)} has no ONNX form, so it cannot be part of a compiled or exported function: ${reasonOf(name)}. `
    + 'Compute it before or after the function and pass the tensor in, or write it with other operations (the kernel table in the README says which have an ONNX form)',
  );
}

/** Some CPU kernels take the rank of a tensor from its info. */
type RankedInfo = tf.TensorInfo & { readonly rank: number };

/** Runs the CPU back end's kernel. */
export function runOnCpu(name: string, operands: Operands<HostValue>, attrs: object): { results: readonly HostValue[]; isList: boolean } {
  const kernel = tf.getKernel(name, 'cpu');
  if (!kernel) throw new Error(`onnxruntime: kernel ${name} is not known`);
  const cpu = tf.findBackend('cpu') as unknown as CpuBackend;
  const used: tf.TensorInfo[] = [];
  const upload = (value: HostValue): RankedInfo => {
    const info = value.complex
      ? (tf.getKernel('Complex', 'cpu').kernelFunc({ inputs: { real: upload(value.complex.real), imag: upload(value.complex.imag) }, backend: cpu }) as tf.TensorInfo)
      : cpu.makeTensorInfo(value.shape, value.dtype, value.data!);
    used.push(info);
    return { ...info, rank: info.shape.length };
  };
  try {
    const made = kernel.kernelFunc({ inputs: mapOperands(operands, upload) as never, attrs: attrs as never, backend: cpu });
    const infos = Array.isArray(made) ? made : [made];
    used.push(...infos);
    return { results: infos.map((info) => download(cpu, info)), isList: Array.isArray(made) };
  } finally {
    for (const info of used) cpu.disposeData(info.dataId, true);
  }
}

function download(cpu: CpuBackend, info: tf.TensorInfo): HostValue {
  const parts = cpu.data.get(info.dataId).complexTensorInfos;
  if (info.dtype === 'complex64' && parts) {
    return { shape: info.shape, dtype: info.dtype, data: null, complex: { real: download(cpu, parts.real), imag: download(cpu, parts.imag) } };
  }
  return { shape: info.shape, dtype: info.dtype, data: cpu.readSync(info.dataId), complex: null };
}
