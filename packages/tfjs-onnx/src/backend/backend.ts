import * as tf from '@tensorflow/tfjs-core';
import { planPending } from '../graph/plan.ts';
import { createRecorder, type Recorder, release, retain, view } from '../graph/recorder.ts';
import { elements, leaf, type Value } from '../graph/value.ts';
import { compileFunction } from '../compile/compile.ts';
import type { CompileOptions } from '../compile/options.ts';
import type { DrawSource, Tracing } from '../compile/tracing.ts';
import { placeBeforeTensorFlow } from '../compile/user-place.ts';
import { type HostValue, listOperands, mapOperands, noOnnxForm, type Operands, runOnCpu, warnFallback } from './fallback.ts';
import { countFallback } from './kernel-report.ts';
import { lazyProgram } from './programs.ts';
import { recordKernel } from './record.ts';
import { type Entry, typed } from './storage.ts';

/** So many recorded kernels run even if nothing is read: a loop without reads would grow without limit. */
const PENDING_LIMIT = 10_000;

/** Named operands, or, for kernels over lists, an array. */
export type KernelInputs = Operands<tf.TensorInfo>;

/**
 * TensorFlow.js on ONNX Runtime. Kernels are recorded; reading a value compiles what is pending into one ONNX graph (kept by
 * structure, so that the next step finds it) and runs it.
 */
export class OnnxRuntimeBackend extends tf.KernelBackend {
  private readonly storage: tf.DataStorage<Entry> = new tf.DataStorage(this, tf.engine());
  private readonly lazy: Recorder = createRecorder();
  /** The trace under way, or null. */
  tracing: Tracing | null = null;

  // --- what TensorFlow.js asks of a back end

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = {};
    this.store(dataId, leaf(typed(values, dtype), shape, dtype), 1);
    return dataId;
  }

  override move(dataId: tf.DataId, values: tf.BackendValues, shape: number[], dtype: tf.DataType, references: number): void {
    this.store(dataId, leaf(typed(values, dtype), shape, dtype), references);
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    const { value, complex } = this.storage.get(dataId);
    if (complex) {
      return tf.backend_util.mergeRealAndImagArrays(this.readSync(complex.real.dataId) as Float32Array, this.readSync(complex.imag.dataId) as Float32Array);
    }
    return this.dataOf(value);
  }

  // TensorFlow.js expects a rejection, not a throw.
  // oxlint-disable-next-line require-await
  override async read(dataId: tf.DataId): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  override refCount(dataId: tf.DataId): number {
    return this.storage.has(dataId) ? this.storage.get(dataId).references : 0;
  }

  override incRef(dataId: tf.DataId): void {
    this.storage.get(dataId).references += 1;
  }

  decRef(dataId: tf.DataId): void {
    if (this.storage.has(dataId)) this.storage.get(dataId).references -= 1;
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.storage.has(dataId)) return true;
    const entry = this.storage.get(dataId);
    entry.references -= 1;
    if (!force && entry.references > 0) return false;
    this.storage.delete(dataId);
    release(entry.value);
    for (const part of entry.complex ? [entry.complex.real, entry.complex.imag] : []) this.disposeData(part.dataId, force);
    return true;
  }

  override numDataIds(): number {
    return this.storage.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override time(f: () => void): Promise<tf.BackendTimingInfo> {
    const start = performance.now();
    f();
    this.flush();
    return Promise.resolve({ kernelMs: performance.now() - start });
  }

  override timerAvailable(): boolean {
    return true;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.lazy.settle();
  }

  // --- kernels

  /** Records a kernel, or runs it on the CPU back end where it has no ONNX form. */
  run(name: string, inputs: KernelInputs, attrs: object): tf.TensorInfo | tf.TensorInfo[] {
    if (this.lazy.pending.size > PENDING_LIMIT) this.flush();
    const infos = listOperands(inputs);
    const operands: Record<string, Value> = {};
    let numeric = true;
    for (const [key, info] of infos) {
      const { value, complex } = this.storage.get(info.dataId);
      operands[key] = view(value, info.shape);
      numeric &&= complex === null && (value.dtype !== 'string' || name === 'Identity' || name === 'Reshape' || name === 'ExpandDims');
    }
    const recorder = this.tracing?.recorder ?? this.lazy;
    const results = numeric ? recordKernel(recorder, name, operands, attrs) : null;
    if (results === null) return this.fallback(name, inputs, infos, attrs);
    const wrapped = results.map((value) => this.wrap(value, infos));
    return wrapped.length === 1 && !LIST_KERNELS.has(name) ? wrapped[0]! : wrapped;
  }

  /** Runs everything that is pending. */
  flush(): void {
    const plan = planPending(this.lazy.pending);
    try {
      if (plan.outputs.length > 0) {
        const results = lazyProgram(plan).run(plan.leaves);
        plan.outputs.forEach((value, i) => { value.data = results[i]!; });
      }
    } finally {
      this.lazy.settle();
    }
  }

  // --- for the compiler

  /** A function that is traced once per shape of its arguments and then runs as one ONNX graph. */
  compile<Args extends unknown[], Result>(fn: (...args: Args) => Result, options: CompileOptions = {}): (...args: Args) => Result {
    return compileFunction(fn, options);
  }

  /** While a function is traced, a tensor that is drawn anew from an `Rng` argument at each call; else null. */
  recordDraw(rng: DrawSource, fill: (rng: never) => Float32Array, shape: readonly number[]): tf.Tensor | null {
    if (this.tracing === null) return null;
    return this.tensorOf(this.tracing.draw(rng, fill, shape), shape);
  }

  /** The value behind a tensor, under the tensor's shape. */
  valueBehind(tensor: tf.TensorInfo): Value {
    return view(this.storage.get(tensor.dataId).value, tensor.shape);
  }

  /** A tensor, tracked by TensorFlow.js, that holds the value. */
  tensorOf(value: Value, shape: readonly number[]): tf.Tensor {
    const dataId = {};
    this.store(dataId, value.base ?? value, 1);
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype: value.dtype });
  }

  /** The elements of a value; runs what is pending if they are not known. */
  dataOf(value: Value): tf.BackendValues {
    const source = value.base ?? value;
    if (source.data !== null) return source.data;
    if (source.argument !== null || (source.node !== null && source.node.owner !== this.lazy)) {
      const made = source.argument === null ? `the result of ${source.node!.kernel}` : `argument ${source.argument}`;
      throw new Error(`onnxruntime: ${this.tracing?.name ?? 'a compiled function'}: reads the elements of ${made}, ${source.dtype}[${source.shape.join()}], while it is traced (dataSync, data, arraySync or print)${placeBeforeTensorFlow()}; return the tensor instead`);
    }
    if (source.node !== null) this.flush();
    if (source.data === null) throw new Error('onnxruntime: this value was lost, because the run that should have computed it failed');
    return source.data;
  }

  private store(dataId: tf.DataId, value: Value, references: number): void {
    retain(value);
    this.storage.set(dataId, { value, references, complex: null });
  }

  /** A result that is one of the operands (Identity, Reshape) shares its data id, as on other back ends. */
  private wrap(value: Value, infos: readonly (readonly [string, tf.TensorInfo])[]): tf.TensorInfo {
    const base = value.base ?? value;
    const source = infos.find(([, info]) => this.storage.get(info.dataId).value === base);
    const shape = [...value.shape];
    if (source) {
      this.incRef(source[1].dataId);
      return { dataId: source[1].dataId, shape, dtype: value.dtype };
    }
    const dataId = {};
    this.store(dataId, base, 1);
    return { dataId, shape, dtype: value.dtype };
  }

  /** What is known on the host already (constants) is computed at once, also while a function is traced. */
  private fallback(name: string, inputs: KernelInputs, infos: readonly (readonly [string, tf.TensorInfo])[], attrs: object): tf.TensorInfo | tf.TensorInfo[] {
    if (this.tracing !== null && !infos.every(([, info]) => this.isKnown(info))) throw noOnnxForm(this.tracing.name, name, infos, attrs);
    if (infos.length > 0 && this.tracing === null) warnFallback(name);
    countFallback(name);
    const { results, isList } = runOnCpu(name, mapOperands(inputs, (info) => this.hostValue(info)), attrs);
    const wrapped = results.map((result) => this.hostInfo(result));
    return isList ? wrapped : wrapped[0]!;
  }

  private isKnown(info: tf.TensorInfo): boolean {
    const { value, complex } = this.storage.get(info.dataId);
    return complex ? this.isKnown(complex.real) && this.isKnown(complex.imag) : (value.base ?? value).data !== null;
  }

  private hostValue(info: tf.TensorInfo): HostValue {
    const { complex } = this.storage.get(info.dataId);
    const { shape, dtype } = info;
    if (complex) return { shape, dtype, data: null, complex: { real: this.hostValue({ ...complex.real, shape }), imag: this.hostValue({ ...complex.imag, shape }) } };
    return { shape, dtype, data: this.readSync(info.dataId), complex: null };
  }

  private hostInfo(value: HostValue): tf.TensorInfo {
    const shape = [...value.shape];
    const dataId = {};
    const held = leaf(value.data ?? new Float32Array(elements(shape)), shape, value.dtype);
    if (!value.complex) {
      this.store(dataId, held, 1);
    } else {
      retain(held);
      this.storage.set(dataId, { value: held, references: 1, complex: { real: this.hostInfo(value.complex.real), imag: this.hostInfo(value.complex.imag) } });
    }
    return { dataId, shape, dtype: value.dtype };
  }
}

/** Kernels that give a list even of one result. */
const LIST_KERNELS = new Set(['SplitV', 'Unpack']);
