import type { ToHostInput } from '@mixwell/tensor';
import { readLabels } from '../rows/read-labels.ts';
import type { Found } from './measure-queries.ts';
import type { RetrievalMetrics, RetrievalOptions } from './retrieval-metrics.ts';
import type { Task } from './retrieval-task.ts';

/** Mean of what counts: over queries, or over classes of means over their queries. */
function meanOf(values: Float64Array, groups: Float64Array | null): number {
  const sums = new Map<number, { sum: number; count: number }>();
  values.forEach((value, query) => {
    if (Number.isNaN(value)) return;
    const group = groups?.[query] ?? 0;
    const { sum, count } = sums.get(group) ?? { sum: 0, count: 0 };
    sums.set(group, { sum: sum + value, count: count + 1 });
  });
  let total = 0;
  for (const { sum, count } of sums.values()) total += sum / count;
  return total / sums.size;
}

/** Means of what was found. @param labels of the queries, for means per class */
export function summarize(task: Task, found: Found, labels: ToHostInput, { averagePerClass = false, fullRanking = false }: RetrievalOptions): RetrievalMetrics {
  const groups = averagePerClass ? readLabels('retrievalMetrics', 'labels', labels) : null;
  const mean = (values: Float64Array): number => meanOf(values, groups);
  return {
    recallAt: Object.fromEntries(task.ks.map((k, i) => [k, mean(found.recallAt[i]!)])),
    precisionAt1: mean(found.precisionAt1), rPrecision: mean(found.rPrecision), mapAtR: mean(found.mapAtR),
    ...(fullRanking && { map: mean(found.map), mrr: mean(found.mrr) }),
    k: task.k,
    queries: found.precisionAt1.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0),
  };
}
