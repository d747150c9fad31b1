import { MessageChannel, receiveMessageOnPort, type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import type { OnnxType } from '../onnx/model.ts';
import { bitsOf, withBits } from './float16.ts';
import type { Runtime, RuntimeModel, SessionTensor, SessionValue } from './runtime.ts';
import { WORKER_SOURCE } from './worker-source.ts';

/** An input or output, as the public API tells it. */
interface PublicValue {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: OnnxType;
  readonly shape?: readonly (number | string)[];
}

interface Loaded {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Not in old versions. */
  readonly inputMetadata?: readonly PublicValue[];
  readonly outputMetadata?: readonly PublicValue[];
}

/** Milliseconds in which the thread has to start. Runs may take as long as they like. */
const START = 30_000;

/** Sends requests and waits for the answers, also to a release: a thread that is ended in the midst of a native call takes the process with it. */
interface Line {
  ask(request: object, transfer?: readonly Transferable[], timeout?: number): unknown;
}

/**
 * The runtime by way of its public API alone, which is asynchronous: a thread calls it, and the caller sleeps until the answer is there.
 * Elements are copied once on their way in and handed over on their way out.
 * @param path of onnxruntime-node's main file
 * @throws {Error} where the thread cannot load it
 */
export function workerRuntime(path: string): Runtime {
  const line = startWorker(path);
  let sessions = 0;
  return {
    transport: 'worker',
    tensor: (type, data, dims) => ({ type, data, dims }),
    load: (model, options) => {
      const id = sessions++;
      return createModel(line, id, line.ask({ kind: 'load', id, model, options }) as Loaded);
    },
  };
}

function startWorker(path: string): Line {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  // Without the flags of this process, such as loaders of TypeScript, which the thread does not need.
  const worker = new Worker(WORKER_SOURCE, { eval: true, name: 'onnxruntime', execArgv: [], workerData: { port: port2, signal, path }, transferList: [port2] });
  worker.unref();
  const line: Line = {
    ask: (request, transfer = [], timeout = Infinity) => {
      port1.postMessage(request, transfer);
      return receive(port1, signal, timeout);
    },
  };
  line.ask({ kind: 'start' }, [], START);
  return line;
}

function receive(port: MessagePort, signal: Int32Array, timeout: number): unknown {
  // again where the thread's call of notify for the answer before, which was there without a wait, comes this late
  while (Atomics.load(signal, 0) === 0) {
    if (Atomics.wait(signal, 0, 0, timeout) === 'timed-out') throw new Error(`onnxruntime: the thread that runs models did not start within ${START / 1000} s`);
  }
  Atomics.store(signal, 0, 0);
  const { error, value } = receiveMessageOnPort(port)!.message as { error?: string; value?: unknown };
  if (error !== undefined) throw new Error(error);
  return value;
}

function createModel(line: Line, id: number, loaded: Loaded): RuntimeModel {
  return {
    inputNames: loaded.inputNames,
    outputNames: loaded.outputNames,
    describe: () => ({ inputs: describeAll(loaded.inputMetadata, loaded.inputNames), outputs: describeAll(loaded.outputMetadata, loaded.outputNames) }),
    run(feeds, outputs) {
      const copies: Record<string, SessionTensor> = {};
      const transfer: Transferable[] = [];
      for (const name in feeds) {
        const { type, dims, data: given } = feeds[name]!;
        const data = bitsOf(given);
        // Not slice() of bytes: a Buffer's shares its memory.
        const copy = data instanceof Uint8Array ? new Uint8Array(data) : data.slice();
        transfer.push(copy.buffer);
        copies[name] = { type, dims, data: copy };
      }
      const results = line.ask({ kind: 'run', id, feeds: copies, outputs }, transfer) as Record<string, SessionTensor>;
      for (const name in results) results[name] = withBits(results[name]!);
      return results;
    },
    release: () => {
      line.ask({ kind: 'release', id });
    },
  };
}

function describeAll(values: readonly PublicValue[] | undefined, names: readonly string[]): SessionValue[] {
  return names.map((name, i) => {
    const { type, shape } = values?.[i] ?? {};
    if (!type || !shape) throw new TypeError(`session: ${name} is no tensor of a type that onnxruntime-node tells`);
    return { name, dtype: type, dims: shape.map((size) => (typeof size === 'number' && size < 0 ? '' : size)) };
  });
}
