import { Worker } from 'node:worker_threads';

/** Prints what is being done, and for how long already where that is more than two seconds. */
export interface Ticker {
  /** A line of its own: this begins now. */
  begin(stage: string): void;
  /** Nothing is going on any more. */
  end(): Promise<void>;
}

/** Waits for the thread to print no longer than this, in milliseconds. */
const PATIENCE = 1000;

const PROGRAM = `
const { parentPort, workerData: { fd, flag } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let since = null, shown = 0;
const show = (text) => {
  writeSync(fd, '\\r' + text.padEnd(shown) + (text.length < shown ? '\\r' + text : ''));
  shown = text.length;
};
setInterval(() => {
  const seconds = Math.floor((Date.now() - since) / 1000);
  if (since !== null && seconds >= 2) show('  ' + seconds + ' s');
}, 250);
parentPort.on('message', (stage) => {
  if (shown > 0) show('');
  if (stage !== null) writeSync(fd, stage + ' \u2026\\n');
  since = stage === null ? null : Date.now();
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});
`;

/**
 * Prints from a thread of its own, since most stages keep this one busy. For terminals.
 *
 * @param fd where to. Default: stderr.
 */
export function createTicker(fd = 2): Ticker {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(PROGRAM, { eval: true, workerData: { fd, flag } });
  worker.unref();
  const tell = (stage: string | null): void => {
    Atomics.store(flag, 0, 0);
    worker.postMessage(stage); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has no origin
    Atomics.wait(flag, 0, 0, PATIENCE);
  };
  return {
    begin: tell,
    async end() {
      tell(null);
      await worker.terminate();
    },
  };
}
