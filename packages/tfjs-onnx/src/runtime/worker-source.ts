/**
 * What the thread runs that calls onnxruntime-node by its public API. A string, because a library cannot know how those who use it load
 * or bundle its files. `workerData`: `port` for requests and answers, `signal` that is set when an answer is there, `path` of onnxruntime-node.
 *
 * Requests are `{ kind: 'start' }`, `{ kind: 'load', id, model, options }`, `{ kind: 'run', id, feeds, outputs }`, `{ kind: 'release', id }`.
 * Answers are `{ value }` or `{ error }`.
 */
export const WORKER_SOURCE = `
'use strict';
const { workerData: { port, signal, path } } = require('node:worker_threads');
const sessions = new Map();
let ort;

// See float16.ts.
function tensor(type, data, dims) {
  return type === 'float16' ? Object.defineProperty(new ort.Tensor('uint16', data, dims), 'type', { value: type }) : new ort.Tensor(type, data, dims);
}

const requests = {
  start() {
    ort = require(path);
    ort.env.logLevel = 'error';
    return {};
  },
  async load({ id, model, options }) {
    const session = await ort.InferenceSession.create(model, options);
    sessions.set(id, session);
    const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
    return { value: { inputNames, outputNames, inputMetadata, outputMetadata } };
  },
  async run({ id, feeds, outputs }) {
    const tensors = {};
    for (const [name, { type, data, dims }] of Object.entries(feeds)) tensors[name] = tensor(type, data, dims);
    const results = await sessions.get(id).run(tensors, outputs);
    const value = {};
    const transfer = new Set();
    for (const name of outputs) {
      const { type, dims, data } = results[name];
      value[name] = { type, dims, data };
      if (ArrayBuffer.isView(data)) transfer.add(data.buffer);
    }
    return { value, transfer };
  },
  async release({ id }) {
    await sessions.get(id).release();
    sessions.delete(id);
    return {};
  },
};

function answer(message, transfer) {
  port.postMessage(message, transfer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

async function handle(request) {
  try {
    const { value, transfer = [] } = await requests[request.kind](request);
    answer({ value }, [...transfer]);
  } catch (error) {
    answer({ error: String(error?.message ?? error) });
  }
}

port.on('message', handle);
`;
