import type { Metrics } from './events.ts';

/** Sums of metrics over the rows of an epoch so far. Plain JSON. */
export interface Sums {
  readonly rows: number;
  /** Metric · rows, summed. */
  readonly totals: Metrics;
}

export const noSums: Sums = { rows: 0, totals: {} };

export function addMetrics({ rows, totals }: Sums, metrics: Metrics, weight: number): Sums {
  return { rows: rows + weight, totals: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, (totals[name] ?? 0) + value * weight])) };
}

export function meansOf({ rows, totals }: Sums): Metrics {
  return Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, total / rows]));
}
