import { Worker } from 'node:worker_threads';
import type { OnProgress } from '../retrieval/for-each-query.ts';
import type { Rows } from '../rows/read-rows.ts';
import type { FromPart, PartJob, PartResult, Wanted } from './messages.ts';
import type { Lists } from './search-part.ts';
import { workerUrl } from './worker-url.ts';

/** The same rows in memory that threads can share. */
function shared(rows: Rows): Rows {
  const values = new Float32Array(new SharedArrayBuffer(rows.values.byteLength));
  values.set(rows.values);
  return { ...rows, values };
}

const share = <T extends Wanted['input']>(input: T): T => ({ ...input, gallery: shared(input.gallery), queries: input.queries && shared(input.queries) });

/** Does a search in as many threads as there are parts. @returns what each found, in the order of queries */
export async function runParts(wanted: Wanted, parts: number, onProgress: OnProgress = () => {}): Promise<readonly PartResult[]> {
  const job: Wanted = wanted.kind === 'nearest' ? { ...wanted, input: share(wanted.input) } : { ...wanted, input: share(wanted.input) };
  const workers = Array.from({ length: parts }, (_, part) => new Worker(workerUrl, { workerData: { wanted: job, part, parts } satisfies PartJob, execArgv: [] }));
  const shares = workers.map(() => 0);
  const lists: (readonly Lists[])[] = [];
  const results: PartResult[] = [];
  const buffersOf = (some: readonly Lists[]): ArrayBuffer[] => some.flatMap(({ counts, entries }) => [counts.buffer as ArrayBuffer, entries.buffer as ArrayBuffer]);

  function exchange(): void {
    workers.forEach((worker, part) => {
      const others = lists.flatMap((of, from) => (from === part ? [] : [of[part]!]));
      worker.postMessage({ lists: others }, buffersOf(others)); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has no origin
    });
  }

  try {
    await new Promise<void>((resolve, reject) => {
      let [listed, done] = [0, 0];
      workers.forEach((worker, part) => {
        worker.on('error', reject);
        worker.on('exit', (code) => { if (!results[part]) reject(new Error(`a thread of the search ended with code ${code}`)); });
        worker.on('message', (message: FromPart) => {
          if ('share' in message) {
            shares[part] = message.share;
            onProgress(shares.reduce((sum, one) => sum + one, 0) / parts);
          } else if ('lists' in message) {
            lists[part] = message.lists;
            if (++listed === parts) exchange();
          } else if ('result' in message) {
            results[part] = message.result;
            if (++done === parts) resolve();
          } else {
            reject(new Error(message.error));
          }
        });
      });
    });
    return results;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
