import { availableParallelism } from 'node:os';
import { loadRuntime, type NativeSession, type NativeValue } from './load-runtime.ts';
import type { OnnxType } from './onnx/model.ts';

/** Elements of a tensor of the runtime: float16 as its 16 bits, bool as bytes. */
export type SessionData = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array;

/** A tensor of the runtime; `ort.Tensor` is one. */
export interface SessionTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: SessionData;
}

/** What `run` takes: a tensor of the runtime, or a host tensor. */
export type SessionFeed = SessionTensor | { readonly dtype: string; readonly shape: readonly number[]; readonly data: SessionData };

/** An input or output of a loaded model. */
export interface SessionValue {
  readonly name: string;
  readonly dtype: OnnxType;
  /** A string is a symbolic axis. */
  readonly dims: readonly (number | string)[];
}

export interface SessionOptions {
  /** Threads of one operator. Default: what `setThreads` says. */
  readonly threads?: number;
  /** How far ONNX Runtime rewrites the graph. Default: 'basic', and 'disabled' above 5,000 nodes, where that takes longer than it saves. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Number of operators, for the default of `optimization`. Default 0. */
  readonly nodes?: number;
}

/** A loaded model. */
export interface OnnxSession {
  readonly inputs: readonly SessionValue[];
  readonly outputs: readonly SessionValue[];
  /** A tensor that ONNX Runtime takes as it is: make it once where the same elements are fed often. The elements are read where they are. */
  tensor(type: string, data: SessionData, dims: readonly number[]): SessionTensor;
  /**
   * Runs synchronously. Results are new arrays, and the caller's.
   * @param outputs names of the results; default: all
   */
  run(feeds: Readonly<Record<string, SessionFeed>>, outputs?: readonly string[]): Readonly<Record<string, SessionTensor>>;
  /** Frees the model and its threads. A second call does nothing; `run` throws afterwards. */
  release(): void;
}

/** Above this many nodes ONNX Runtime's optimiser takes longer than it saves. */
const OPTIMISED_NODES = 5_000;
/** More threads than this do not help graphs of this size. */
const MAX_THREADS = 16;
/** By the binding's number of a type. */
const TYPE_NAMES: readonly (OnnxType | undefined)[] = [
  undefined, 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'float64', 'uint32', 'uint64', undefined, undefined, 'bfloat16',
];
let threads = Number(process.env['ONNXRUNTIME_THREADS']) || Math.min(availableParallelism(), MAX_THREADS);

/**
 * Threads of sessions that are created from now on.
 * @param count at least 1. Default: the processors available to the process, at most 16, or ONNXRUNTIME_THREADS.
 * @throws {RangeError} where the count is no whole number >= 1
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`setThreads: count must be a positive integer, got ${count}`);
  threads = count;
}

function describe(value: NativeValue): SessionValue {
  const dtype = value.isTensor ? TYPE_NAMES[value.type] : undefined;
  if (!dtype) throw new TypeError(`createSession: ${value.name} is no tensor of a type that JavaScript has`);
  return { name: value.name, dtype, dims: value.shape.map((size, i) => (size === -1 ? (value.symbolicDimensions[i] ?? '') : size)) };
}

/**
 * Loads a model with onnxruntime-node.
 * @throws {Error} where onnxruntime-node is missing (saying how to install it) or refuses the model
 */
export function createSession(model: Uint8Array, options: SessionOptions = {}): OnnxSession {
  const { Session, Tensor } = loadRuntime();
  let native: NativeSession | null = new Session();
  native.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    intraOpNumThreads: options.threads ?? threads,
    executionMode: 'sequential',
    enableCpuMemArena: true,
    // Memory patterns double the memory of a large training step and do not make it faster.
    enableMemPattern: false,
    graphOptimizationLevel: options.optimization ?? ((options.nodes ?? 0) > OPTIMISED_NODES ? 'disabled' : 'basic'),
    extra: { session: { force_spinning_stop: '1' } },
  });
  let described: { inputs: readonly SessionValue[]; outputs: readonly SessionValue[] } | null = null;
  const metadata = (): NonNullable<typeof described> => (described ??= { inputs: alive(native).inputMetadata.map(describe), outputs: alive(native).outputMetadata.map(describe) });
  const tensor: OnnxSession['tensor'] = (type, data, dims) => new Tensor(type, data, dims);
  return {
    get inputs() { return metadata().inputs; },
    get outputs() { return metadata().outputs; },
    tensor,
    run(feeds, outputs) {
      const loaded = alive(native);
      for (const { name } of metadata().inputs) {
        if (!(name in feeds)) throw new RangeError(`session: input ${name} is missing, got ${Object.keys(feeds).join(', ') || 'none'}`);
      }
      const wrapped: Record<string, SessionTensor> = {};
      for (const name in feeds) wrapped[name] = feeds[name] instanceof Tensor ? feeds[name] : wrap(feeds[name]!, tensor);
      // Null: the runtime allocates. It copies its results even into arrays that are given.
      const fetches = Object.fromEntries((outputs ?? metadata().outputs.map((output) => output.name)).map((name) => [name, null]));
      return loaded.run(wrapped, fetches, {});
    },
    release() {
      native?.dispose();
      native = null;
    },
  };
}

function alive(native: NativeSession | null): NativeSession {
  if (native === null) throw new Error('session: it was released');
  return native;
}

function wrap(feed: SessionFeed, tensor: OnnxSession['tensor']): SessionTensor {
  return 'type' in feed ? tensor(feed.type, feed.data, feed.dims) : tensor(feed.dtype, feed.data, feed.shape);
}
