import { listsFit, type OnProgress, type OnQuery, type QueryInput } from '../retrieval/for-each-query.ts';
import { BLOCK, createSearch, type Search } from '../retrieval/search.ts';

/** Candidates of rows of one part: entries one list after the other, and how many numbers each list has. */
export interface Lists {
  readonly counts: Int32Array;
  readonly entries: Int32Array;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The queries of a part, whole blocks. */
export function rangeOf(part: number, parts: number, count: number): Range {
  const blocks = Math.ceil(count / BLOCK);
  const at = (of: number): number => Math.min(count, BLOCK * Math.floor((blocks * of) / parts));
  return { start: at(part), end: at(part + 1) };
}

function listsOf(search: Search, { start, end }: Range): Lists {
  const all = Array.from({ length: end - start }, (_, i) => search.candidates(start + i));
  const entries = new Int32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of all) {
    entries.set(one, at);
    at += one.length;
  }
  return { counts: Int32Array.from(all, ({ length }) => length), entries };
}

function addLists(search: Search, { counts, entries }: Lists, start: number): void {
  let at = 0;
  counts.forEach((count, i) => search.add(start + i, entries.subarray(at, at += count)));
}

/** Blocks in the order 0, 1, 2, 2, 1, 0, …: those that come earlier have more pairs. */
const isMine = (block: number, part: number, parts: number): boolean => {
  const turn = block % (2 * parts);
  return (turn < parts ? turn : 2 * parts - 1 - turn) === part;
};

/**
 * One part of the search of `forEachQuery`. Where every row has a list, a part looks at its share of the pairs, exchanges with the others what it found, and ends with its range of rows.
 *
 * @param exchange takes the lists of the rows of each part, and gives those that the other parts have of this one's
 */
export async function searchPart(
  input: QueryInput, part: number, parts: number, exchange: (lists: readonly Lists[]) => Promise<readonly Lists[]>, onQuery: OnQuery, onProgress: OnProgress,
): Promise<void> {
  const count = (input.queries ?? input.gallery).rows;
  const range = rangeOf(part, parts, count);
  if (!listsFit(input)) {
    const search = createSearch({ ...input, lists: Math.min(BLOCK, count) });
    for (let { start } = range; start < range.end; start += BLOCK) {
      search.scan(start);
      for (let query = start; query < Math.min(start + BLOCK, range.end); query++) onQuery(query, search.finish(query - start, query), search);
      onProgress((Math.min(start + BLOCK, range.end) - range.start) / (range.end - range.start));
    }
    return;
  }
  const search = createSearch({ ...input, lists: count });
  for (let start = 0; start < count; start += BLOCK) {
    if (!isMine(start / BLOCK, part, parts)) continue;
    search.scanPairs(start);
    onProgress(1 - (Math.max(0, count - start - BLOCK) / count) ** 2);
  }
  const others = await exchange(Array.from({ length: parts }, (_, other) => (other === part ? { counts: new Int32Array(0), entries: new Int32Array(0) } : listsOf(search, rangeOf(other, parts, count)))));
  for (const lists of others) addLists(search, lists, range.start);
  for (let query = range.start; query < range.end; query++) onQuery(query, search.finish(query, query), search);
  onProgress(1);
}
