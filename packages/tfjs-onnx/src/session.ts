import { loadRuntime } from './load-runtime.ts';
import { checkProviders, providerName } from './runtime/providers.ts';
import type { RuntimeModel, SessionData, SessionTensor, SessionValue } from './runtime/runtime.ts';
import { type ExecutionProvider, runtimeSettings } from './runtime/settings.ts';

export type { SessionData, SessionTensor, SessionValue } from './runtime/runtime.ts';

/** What `run` takes: a tensor of the runtime, or a host tensor. */
export type SessionFeed = SessionTensor | { readonly dtype: string; readonly shape: readonly number[]; readonly data: SessionData };

export interface SessionOptions {
  /** Threads of one operator. Default: what `configure` says. */
  readonly threads?: number;
  /** In order of preference. Default: what `configure` says. */
  readonly executionProviders?: readonly ExecutionProvider[];
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

/** How threads wait, in ONNX Runtime's words. */
const SPINNING = {
  running: { force_spinning_stop: '1' },
  always: {},
  never: { intra_op: { allow_spinning: '0' } },
} as const;

function nativeOptions(options: SessionOptions, executionProviders: readonly ExecutionProvider[]): object {
  const settings = runtimeSettings();
  return {
    executionProviders,
    intraOpNumThreads: options.threads ?? settings.threads,
    executionMode: 'sequential',
    enableCpuMemArena: true,
    // Memory patterns double the memory of a large training step and do not make it faster.
    enableMemPattern: false,
    graphOptimizationLevel: options.optimization ?? ((options.nodes ?? 0) > OPTIMISED_NODES ? 'disabled' : 'basic'),
    extra: { session: SPINNING[settings.spinning] },
  };
}

let open = 0;
/** A session that is forgotten gives its memory and threads back, too. */
const forgotten = new FinalizationRegistry<RuntimeModel>((model) => {
  open -= 1;
  model.release();
});

/** How many sessions there are that were not released. */
export function openSessions(): number {
  return open;
}

/**
 * Loads a model with onnxruntime-node.
 * @param model the bytes of an ONNX file; or its path, which a model of 2 GiB or more with its weights in other files needs
 * @throws {Error} where onnxruntime-node is missing (saying how to install it) or refuses the model
 * @throws {RangeError} where onnxruntime-node has no such execution provider
 */
export function createSession(model: Uint8Array | string, options: SessionOptions = {}): OnnxSession {
  const runtime = loadRuntime();
  const providers = options.executionProviders ?? runtimeSettings().executionProviders;
  if (options.executionProviders) checkProviders('createSession', providers);
  let loaded: RuntimeModel | null = load(() => runtime.load(model, nativeOptions(options, providers)), providers);
  let described: ReturnType<RuntimeModel['describe']> | null = null;
  const metadata = (): NonNullable<typeof described> => (described ??= alive(loaded).describe());
  const session: OnnxSession = {
    get inputs() { return metadata().inputs; },
    get outputs() { return metadata().outputs; },
    tensor: (type, data, dims) => runtime.tensor(type, data, dims),
    run(feeds, outputs) {
      const running = alive(loaded);
      for (const name of running.inputNames) {
        if (!(name in feeds)) throw new RangeError(`session: input ${name} is missing, got ${Object.keys(feeds).join(', ') || 'none'}`);
      }
      const tensors: Record<string, SessionTensor> = {};
      for (const name in feeds) {
        // The binding would not even look at it: so it is with an input that has a value in the file.
        if (!running.inputNames.includes(name)) throw new RangeError(`session: ${name} is no input, but ${running.inputNames.join(', ') || 'none'}`);
        tensors[name] = asTensor(feeds[name]!);
      }
      return running.run(tensors, outputs ?? running.outputNames);
    },
    release() {
      if (loaded === null) return;
      forgotten.unregister(session);
      open -= 1;
      loaded.release();
      loaded = null;
    },
  };
  open += 1;
  forgotten.register(session, loaded, session);
  return session;
}

/** A provider that is listed may still lack the libraries of its device. */
function load(model: () => RuntimeModel, providers: readonly ExecutionProvider[]): RuntimeModel {
  try {
    return model();
  } catch (cause) {
    const names = providers.map(providerName);
    if (names.every((name) => name === 'cpu')) throw cause;
    throw new Error(`createSession: with executionProviders ${names.join(', ')}: ${(cause as Error).message}`, { cause });
  }
}

function alive(model: RuntimeModel | null): RuntimeModel {
  if (model === null) throw new Error('session: it was released');
  return model;
}

function asTensor(feed: SessionFeed): SessionTensor {
  return 'type' in feed ? feed : { type: feed.dtype, data: feed.data, dims: feed.shape };
}
