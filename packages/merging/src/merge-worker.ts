// A thread that merges tensors; `threadPool` starts it.
import { parentPort, workerData } from 'node:worker_threads';
import { answer, type NumberedRequest } from './run/thread-messages.ts';
import { createUnitHandler, type ThreadJob } from './run/unit-handler.ts';

if (parentPort) {
  const port = parentPort;
  const { handle } = createUnitHandler(workerData as ThreadJob);
  port.on('message', (request: NumberedRequest) => port.postMessage(answer(handle, request))); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has no origin
}
