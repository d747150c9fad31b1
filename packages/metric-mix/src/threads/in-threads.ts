import type { ToHostInput } from '@mixwell/tensor';
import { availableParallelism } from 'node:os';
import { checkWhole } from '../check.ts';
import type { Found } from '../retrieval/measure-queries.ts';
import { checkNeighbours, type Nearest, nearestNeighbours, nearestOf, type NearestOptions, readSides } from '../retrieval/nearest-neighbours.ts';
import { checkRules, type RetrievalMetrics, retrievalMetrics, type RetrievalOptions } from '../retrieval/retrieval-metrics.ts';
import { readTask } from '../retrieval/retrieval-task.ts';
import { summarize } from '../retrieval/summarize.ts';
import { runParts } from './run-parts.ts';

export interface ThreadOptions {
  /** Default: as many as there are cores. */
  readonly threads?: number;
}

/** Fewer queries than this are not worth starting a thread for. */
const LEAST_QUERIES = 512;

function partsFor(caller: string, threads: number | undefined, queries: number): number {
  if (threads !== undefined) checkWhole(caller, 'threads', threads);
  return Math.max(1, Math.min(threads ?? availableParallelism(), Math.floor(queries / LEAST_QUERIES)));
}

type Numbers = Float64Array | Float32Array | Int32Array;

/** The parts of an array, one after the other. */
function joined<T extends Numbers>(parts: readonly T[]): T {
  const whole = new (parts[0]!.constructor as new (length: number) => T)(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `nearestNeighbours` in threads of Node: the same numbers. */
export async function nearestNeighboursInThreads(embeddings: ToHostInput, options: NearestOptions & ThreadOptions): Promise<Nearest> {
  const name = 'nearestNeighboursInThreads';
  const { k, gallery, normalize = true, onProgress, threads } = options;
  const { most, ...sides } = readSides(name, embeddings, gallery, normalize);
  checkNeighbours(name, 'k', k, most);
  const { rows } = sides.queries ?? sides.gallery;
  const parts = partsFor(name, threads, rows);
  if (parts === 1) return nearestNeighbours(embeddings, options);
  const found = (await runParts({ kind: 'nearest', input: { ...sides, k } }, parts, onProgress)) as readonly { readonly indices: Int32Array; readonly distances: Float32Array }[];
  return nearestOf({ indices: joined(found.map(({ indices }) => indices)), distances: joined(found.map(({ distances }) => distances)) }, rows, k);
}

/** `retrievalMetrics` in threads of Node: the same numbers. */
export async function retrievalMetricsInThreads(embeddings: ToHostInput, labels: ToHostInput, options: RetrievalOptions & ThreadOptions = {}): Promise<RetrievalMetrics> {
  const name = 'retrievalMetricsInThreads';
  const { emptyQueries, recallRule, onProgress, threads } = options;
  checkRules(name, options);
  const task = readTask(name, embeddings, labels, options);
  const parts = partsFor(name, threads, task.queryClasses.length);
  if (parts === 1) return retrievalMetrics(embeddings, labels, options);
  const rules = { ...(emptyQueries && { emptyQueries }), ...(recallRule && { recallRule }) };
  const found = (await runParts({ kind: 'measures', input: task, rules }, parts, onProgress)) as readonly Found[];
  const join = (of: (one: Found) => Float64Array): Float64Array => joined(found.map(of));
  const whole: Found = {
    recallAt: task.ks.map((_, i) => join((one) => one.recallAt[i]!)),
    precisionAt1: join((one) => one.precisionAt1), rPrecision: join((one) => one.rPrecision), mapAtR: join((one) => one.mapAtR), map: join((one) => one.map), mrr: join((one) => one.mrr),
  };
  return summarize(task, whole, labels, options);
}
