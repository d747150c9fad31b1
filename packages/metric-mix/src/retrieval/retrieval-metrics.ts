import type { ToHostInput } from '@mixwell/tensor';
import { checkOneOf } from '../check.ts';
import { forEachQuery, type OnProgress } from './for-each-query.ts';
import { measureQueries } from './measure-queries.ts';
import { readTask } from './retrieval-task.ts';
import { summarize } from './summarize.ts';

export interface RetrievalOptions {
  /** K of Recall@K. Default 1, 2, 4, 8, as far as there are so many rows to find. */
  readonly recallAt?: readonly number[];
  /** What queries are looked up in. Default: the embeddings themselves, where no query finds itself. */
  readonly gallery?: { readonly embeddings: ToHostInput; readonly labels: ToHostInput };
  /** Means over the queries of each class first, then over classes. Default false. */
  readonly averagePerClass?: boolean;
  /** Queries of whose class there is nothing to find: a miss in Recall@K, as released code has it, or left out of it. All other measures leave them out. Default 'miss'. */
  readonly emptyQueries?: 'miss' | 'exclude';
  /**
   * What a hit of Recall@K is: 'nearest', one of the K nearest is of the query's class; 'inShop', fewer than K of other classes are strictly nearer than the best of the query's
   * class, which differs where distances are equal. Default 'nearest'.
   */
  readonly recallRule?: 'nearest' | 'inShop';
  /** Whether to rank all rows for MAP and MRR: takes far longer. Default false. */
  readonly fullRanking?: boolean;
  /** Whether rows count as if they had length 1. Default true. */
  readonly normalize?: boolean;
  readonly onProgress?: OnProgress;
}

/** R of a query is the number of rows of its class that can be found. */
export interface RetrievalMetrics {
  /** Recall@K as in metric learning: the share of queries with at least one of their class among the K nearest, by K. */
  readonly recallAt: Readonly<Record<number, number>>;
  /** The share of queries whose nearest row is of their class. */
  readonly precisionAt1: number;
  /** Mean share of the query's class among the R nearest. */
  readonly rPrecision: number;
  /** MAP@R: mean over queries of (1 / R) Σ_{i ≤ R} [the i-th is of the class] precision@i. */
  readonly mapAtR: number;
  /** Mean over queries of (1 / R) Σ over all ranks of the same; with `fullRanking` only. */
  readonly map?: number;
  /** Mean of 1 / rank of the first of the query's class; with `fullRanking` only. */
  readonly mrr?: number;
  /** Neighbours that were looked at. */
  readonly k: number;
  /** Queries that have something to find. */
  readonly queries: number;
}

export function checkRules(caller: string, { emptyQueries = 'miss', recallRule = 'nearest' }: RetrievalOptions): void {
  checkOneOf(caller, 'emptyQueries', emptyQueries, ['miss', 'exclude']);
  checkOneOf(caller, 'recallRule', recallRule, ['nearest', 'inShop']);
}

/**
 * How well classes are found by nearest rows: Recall@K, precision@1, R-precision, MAP@R; MAP and MRR with `fullRanking`. Exact, in blocks: there is never a matrix of all pairs. How many
 * neighbours are looked at follows from the classes and `recallAt`.
 *
 * Musgrave, Belongie, Lim, "A Metric Learning Reality Check", ECCV 2020, for R-precision and MAP@R; Liu et al., DeepFashion, CVPR 2016, for the rule of In-Shop.
 *
 * @param embeddings `[queries, dimensions]`
 * @param labels `[queries]`, whole numbers
 * @throws {RangeError | TypeError} for shapes that do not fit, numbers that are not finite, K above the number of rows that can be found, no query with anything to find
 */
export function retrievalMetrics(embeddings: ToHostInput, labels: ToHostInput, options: RetrievalOptions = {}): RetrievalMetrics {
  checkRules('retrievalMetrics', options);
  const task = readTask('retrievalMetrics', embeddings, labels, options);
  const { found, onQuery } = measureQueries(task, options, 0, task.queryClasses.length);
  forEachQuery(task, onQuery, options.onProgress);
  return summarize(task, found, labels, options);
}
