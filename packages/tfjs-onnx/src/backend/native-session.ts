import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';

/** A tensor of the runtime. */
type NativeTensor = object;
type Elements = Float32Array | Int32Array | Uint8Array;

/** A loaded model. Runs are synchronous: TensorFlow.js needs `dataSync`. */
export interface NativeSession {
  /** Wraps elements; the runtime reads them where they are. */
  tensor(dtype: string, data: Elements, dims: readonly number[]): NativeTensor;
  run(feeds: Readonly<Record<string, NativeTensor>>, outputs: readonly string[]): Readonly<Record<string, { readonly data: Elements }>>;
  release(): void;
}

interface Binding {
  readonly InferenceSession: new () => {
    loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
    run(feeds: object, fetches: object, options: object): Record<string, { data: Elements }>;
    dispose(): void;
  };
}

interface Runtime {
  readonly binding: Binding;
  readonly Tensor: new (dtype: string, data: Elements, dims: readonly number[]) => NativeTensor;
}

/** Above this many nodes ONNX Runtime's optimiser takes longer than it saves. */
const OPTIMISED_NODES = 5_000;
/** More threads than this do not help graphs of this size. */
const MAX_THREADS = 16;

let runtime: Runtime | null = null;
let threads = Number(process.env['ONNXRUNTIME_THREADS']) || Math.min(availableParallelism(), MAX_THREADS);

/**
 * Threads of sessions that are created from now on.
 * @param count at least 1. Default: the processors available to the process, at most 16, or ONNXRUNTIME_THREADS.
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`setThreads: count must be a positive integer, got ${count}`);
  threads = count;
}

/** onnxruntime-node is loaded at the first use. Its public API has no synchronous run; the native binding under it has. */
function loadRuntime(): Runtime {
  if (runtime) return runtime;
  const require = createRequire(import.meta.url);
  let api: { Tensor: Runtime['Tensor']; env: { logLevel: string; versions: { node?: string } } };
  try {
    api = require('onnxruntime-node') as typeof api;
  } catch (cause) {
    throw new Error('onnxruntime: the package onnxruntime-node is not installed; install it next to @mixwell/tfjs-onnx', { cause });
  }
  api.env.logLevel = 'error';
  let native: { binding: Binding; initOrt?: () => void };
  try {
    native = require('onnxruntime-node/dist/binding.js') as typeof native;
  } catch (cause) {
    throw new Error(unsupported(api.env.versions.node), { cause });
  }
  if (typeof native.binding?.InferenceSession !== 'function' || typeof native.initOrt !== 'function') throw new Error(unsupported(api.env.versions.node));
  native.initOrt();
  runtime = { binding: native.binding, Tensor: api.Tensor };
  return runtime;
}

function unsupported(version = 'of unknown version'): string {
  return `onnxruntime: onnxruntime-node ${version} has no synchronous run under its public API, as 1.30 has; install that version`;
}

/** Loads a model of `nodes` operators. */
export function openSession(model: Uint8Array, nodes: number): NativeSession {
  const { binding, Tensor } = loadRuntime();
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    intraOpNumThreads: threads,
    executionMode: 'sequential',
    enableCpuMemArena: true,
    // Memory patterns double the memory of a large training step and do not make it faster.
    enableMemPattern: false,
    graphOptimizationLevel: nodes > OPTIMISED_NODES ? 'disabled' : 'basic',
    extra: { session: { force_spinning_stop: '1' } },
  });
  return {
    tensor: (dtype, data, dims) => new Tensor(dtype, data, dims),
    run: (feeds, outputs) => session.run(feeds, Object.fromEntries(outputs.map((name) => [name, null])), {}),
    release: () => session.dispose(),
  };
}
