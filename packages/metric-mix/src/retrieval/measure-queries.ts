import type { OnQuery } from './for-each-query.ts';
import type { RetrievalOptions } from './retrieval-metrics.ts';
import type { Task } from './retrieval-task.ts';

/** Those options that say how queries are measured. */
export type MeasureRules = Pick<RetrievalOptions, 'emptyQueries' | 'recallRule'>;

/** What was found for each query: NaN where it does not count. One array for each measure. */
export interface Found {
  readonly recallAt: readonly Float64Array[];
  readonly precisionAt1: Float64Array;
  readonly rPrecision: Float64Array;
  readonly mapAtR: Float64Array;
  readonly map: Float64Array;
  readonly mrr: Float64Array;
}

/** Rows of other classes strictly nearer than the best of the query's class, as far as they are among the neighbours that were found. */
function strictlyNearer(keys: Float64Array, hits: Uint8Array, best: number): number {
  let nearer = 0;
  while (nearer < keys.length && keys[nearer]! > best && hits[nearer] === 0) nearer++;
  return nearer;
}

/** Arrays for what is found for queries start, …, end − 1, and the function that fills them. */
export function measureQueries(task: Task, { emptyQueries = 'miss', recallRule = 'nearest' }: MeasureRules, start: number, end: number): { readonly found: Found; readonly onQuery: OnQuery } {
  const { queryClasses, galleryClasses, targets, members, ks, k } = task;
  const blank = (): Float64Array => new Float64Array(end - start).fill(Number.NaN);
  const found: Found = { recallAt: ks.map(blank), precisionAt1: blank(), rPrecision: blank(), mapAtR: blank(), map: blank(), mrr: blank() };
  const hits = new Uint8Array(k);
  const onQuery: OnQuery = (query, { ids, keys }, search) => {
    const own = queryClasses[query]!;
    const at = query - start;
    const wanted = own === -1 ? 0 : targets[own]!;
    if (wanted === 0) {
      if (emptyQueries === 'miss') for (const recall of found.recallAt) recall[at] = 0;
      return;
    }
    let [count, first, precisions, atR] = [0, k, 0, { count: 0, precisions: 0 }];
    for (let i = 0; i < k; i++) {
      hits[i] = galleryClasses[ids[i]!] === own ? 1 : 0;
      if (hits[i] === 1) {
        precisions += ++count / (i + 1);
        first = Math.min(first, i);
      }
      if (i === wanted - 1) atR = { count, precisions };
    }
    found.precisionAt1[at] = hits[0]!;
    found.rPrecision[at] = atR.count / wanted;
    found.mapAtR[at] = atR.precisions / wanted;
    found.map[at] = precisions / wanted;
    found.mrr[at] = 1 / (first + 1);
    if (recallRule === 'inShop') {
      const others = members[own]!.filter((row) => task.queries !== null || row !== query);
      const nearest = keys.slice(); // keysOf writes over them
      const best = first < k ? nearest[first]! : search.keysOf(query, others).reduce((a, b) => Math.max(a, b), -Infinity);
      first = strictlyNearer(nearest, hits, best);
    }
    for (const [i, most] of ks.entries()) found.recallAt[i]![at] = first < most ? 1 : 0;
  };
  return { found, onQuery };
}
