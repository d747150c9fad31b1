import { Worker } from 'node:worker_threads';
import { type NumberedReply, revive } from './thread-messages.ts';
import { createUnitHandler, type ThreadJob, type ThreadReply, type ThreadRequest } from './unit-handler.ts';
import { workerUrl } from './worker-url.ts';

/** One that does requests, one after the other. */
export interface Thread {
  /** Requests that it should have at a time: a worker has one to go on with while the answer to another is under way. */
  readonly lanes: number;
  readonly ask: (request: ThreadRequest) => Promise<ThreadReply>;
  readonly close: () => Promise<void>;
}

/** The thread that is running anyway. It comes to other things between requests. */
function ownThread(job: ThreadJob): Thread {
  const { handle, close } = createUnitHandler(job);
  return {
    lanes: 1,
    ask: (request) => new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(handle(request));
        } catch (error) {
          reject(error);
        }
      });
    }),
    close: () => Promise.resolve(close()),
  };
}

function workerThread(job: ThreadJob): Thread {
  const worker = new Worker(workerUrl, { workerData: job, execArgv: [] });
  const waiting = new Map<number, { readonly resolve: (reply: ThreadReply) => void; readonly reject: (error: Error) => void }>();
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`merge: a thread ended with code ${code}`)));
  worker.on('message', (message: NumberedReply) => {
    const { resolve, reject } = waiting.get(message.id)!;
    waiting.delete(message.id);
    if ('error' in message) reject(revive(message.error));
    else resolve(message.reply);
  });
  let asked = 0;
  return {
    lanes: 2,
    ask: (request) => new Promise((resolve, reject) => {
      const id = asked++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id }); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has no origin
    }),
    close: async () => {
      await worker.terminate();
    },
  };
}

export interface Threads {
  readonly workers: readonly Thread[];
  /** This thread. Where there are workers it takes part in what is done in a moment: it is running while they start. */
  readonly own: Thread;
}

export const startThreads = (workers: number, job: ThreadJob): Threads => ({ workers: Array.from({ length: workers }, () => workerThread(job)), own: ownThread(job) });
