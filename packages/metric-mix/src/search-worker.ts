// A thread of `retrievalMetricsInThreads` and `nearestNeighboursInThreads`.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { measureQueries } from './retrieval/measure-queries.ts';
import { collectNearest } from './retrieval/nearest-neighbours.ts';
import type { FromPart, PartJob, ToPart } from './threads/messages.ts';
import { rangeOf, searchPart } from './threads/search-part.ts';

if (parentPort) {
  const port = parentPort;
  const say = (message: FromPart, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const { wanted, part, parts } = workerData as PartJob;
  try {
    const { start, end } = rangeOf(part, parts, (wanted.input.queries ?? wanted.input.gallery).rows);
    const { result, onQuery } = wanted.kind === 'nearest'
      ? (({ arrays, onQuery: take }) => ({ result: arrays, onQuery: take }))(collectNearest(wanted.input, start, end))
      : (({ found, onQuery: take }) => ({ result: found, onQuery: take }))(measureQueries(wanted.input, wanted.rules, start, end));
    await searchPart(wanted.input, part, parts, async (lists) => {
      const answer = once(port, 'message') as Promise<[ToPart]>;
      say({ lists }, lists.flatMap(({ counts, entries }) => [counts.buffer as ArrayBuffer, entries.buffer as ArrayBuffer]));
      return (await answer)[0].lists;
    }, onQuery, (share) => say({ share }));
    say({ result });
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
