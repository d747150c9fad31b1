import { BLOCK, createSearch, listCapacity, type Ranked, type Search, type SearchInput } from './search.ts';

/** What is told of each query, in order. */
export type OnQuery = (query: number, ranked: Ranked, search: Search) => void;

/** Is told how far a search is, in [0, 1]. */
export type OnProgress = (share: number) => void;

/** Memory that lists of all queries may take: where they need more, queries come in blocks, and each pair of rows is looked at twice. */
const LIST_BYTES = 2 ** 29;

export type QueryInput = Omit<SearchInput, 'lists'>;

export const listsFit = ({ queries, gallery, k }: QueryInput): boolean => queries === null && 8 * gallery.rows * listCapacity(k, gallery.rows) <= LIST_BYTES;

/** Finds the k nearest rows of each query. */
export function forEachQuery(input: QueryInput, onQuery: OnQuery, onProgress: OnProgress = () => {}): void {
  const count = (input.queries ?? input.gallery).rows;
  const together = listsFit(input);
  const search = createSearch({ ...input, lists: together ? count : Math.min(BLOCK, count) });
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    if (together) {
      search.scanPairs(start);
      // a block has the fewer pairs the later it comes
      onProgress(1 - ((count - end) / count) ** 2);
    } else {
      search.scan(start);
      for (let query = start; query < end; query++) onQuery(query, search.finish(query - start, query), search);
      onProgress(end / count);
    }
  }
  if (together) for (let query = 0; query < count; query++) onQuery(query, search.finish(query, query), search);
}
