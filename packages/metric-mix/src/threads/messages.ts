import type { QueryInput } from '../retrieval/for-each-query.ts';
import type { Found, MeasureRules } from '../retrieval/measure-queries.ts';
import type { Task } from '../retrieval/retrieval-task.ts';
import type { Lists } from './search-part.ts';

/** What a thread is to find of its queries. */
export type Wanted = { readonly kind: 'nearest'; readonly input: QueryInput } | { readonly kind: 'measures'; readonly input: Task; readonly rules: MeasureRules };

/** The part of a search that a thread does. */
export interface PartJob {
  readonly wanted: Wanted;
  readonly part: number;
  readonly parts: number;
}

export type PartResult = { readonly indices: Int32Array; readonly distances: Float32Array } | Found;

/** From a thread: how far it is; what it has for each part; what it found; why it ended. */
export type FromPart = { readonly share: number } | { readonly lists: readonly Lists[] } | { readonly result: PartResult } | { readonly error: string };

/** To a thread: what the others have for it. */
export interface ToPart {
  readonly lists: readonly Lists[];
}
