import * as tf from '@tensorflow/tfjs-core';

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

const warned = new Set<string>();

/** Whether the CPU back end has the kernel. */
export function hasCpuKernel(name: string): boolean {
  return tf.getKernel(name, 'cpu') != null;
}

/** Says once that a kernel runs on the CPU back end. */
export function warnFallback(name: string): void {
  if (warned.has(name)) return;
  warned.add(name);
  tf.backend_util.warn(`onnxruntime: kernel ${name} has no ONNX form; the CPU back end runs it, outside of any compiled graph`);
}

/** Runs the CPU back end's kernel. */
export function runOnCpu(name: string, inputs: Readonly<Record<string, HostValue>>, attrs: object): { results: readonly HostValue[]; isList: boolean } {
  const cpu = tf.findBackend('cpu') as unknown as CpuBackend;
  const kernel = tf.getKernel(name, 'cpu');
  if (!kernel) throw new Error(`onnxruntime: no back end has a kernel ${name}`);
  const used: tf.TensorInfo[] = [];
  const upload = (value: HostValue): tf.TensorInfo => {
    const info = value.complex
      ? (tf.getKernel('Complex', 'cpu').kernelFunc({ inputs: { real: upload(value.complex.real), imag: upload(value.complex.imag) }, backend: cpu }) as tf.TensorInfo)
      : cpu.makeTensorInfo(value.shape, value.dtype, value.data!);
    used.push(info);
    return info;
  };
  const operands = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, upload(value)]));
  const list = Array.isArray(inputs) ? Object.values(operands) : operands;
  const made = kernel.kernelFunc({ inputs: list as never, attrs: attrs as never, backend: cpu });
  const results = (Array.isArray(made) ? made : [made]).map((info) => download(cpu, info));
  for (const info of [...used, ...(Array.isArray(made) ? made : [made])]) cpu.disposeData(info.dataId, true);
  return { results, isList: Array.isArray(made) };
}

function download(cpu: CpuBackend, info: tf.TensorInfo): HostValue {
  const parts = cpu.data.get(info.dataId).complexTensorInfos;
  if (info.dtype === 'complex64' && parts) {
    return { shape: info.shape, dtype: info.dtype, data: null, complex: { real: download(cpu, parts.real), imag: download(cpu, parts.imag) } };
  }
  return { shape: info.shape, dtype: info.dtype, data: cpu.readSync(info.dataId), complex: null };
}
