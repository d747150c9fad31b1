import type { RetrievalMetrics } from '../retrieval/retrieval-metrics.ts';
import { SCHEMA, type VegaLiteSpec } from './vega-lite-spec.ts';

export interface RecallCurvesOptions {
  readonly title?: string;
  /** Pixels. Default 380 × 240. */
  readonly width?: number;
  readonly height?: number;
}

const recallAxis = (more: object): object => ({ field: 'recall', type: 'quantitative', title: 'Recall@K', scale: { zero: false }, axis: { tickCount: 5 }, ...more });

/**
 * Recall@K over K, a curve for each run; of several seeds of a run the mean, and thin lines for each, as a Vega-Lite specification. K is on a scale of powers of two.
 *
 * @param runs by name: what `retrievalMetrics` gave, or a list of that
 * @throws {RangeError} for no runs, or one without Recall@K
 */
export function recallCurvesSpec(
  runs: Readonly<Record<string, Pick<RetrievalMetrics, 'recallAt'> | readonly Pick<RetrievalMetrics, 'recallAt'>[]>>, { title = 'Recall@K', width = 380, height = 240 }: RecallCurvesOptions = {},
): VegaLiteSpec {
  const names = Object.keys(runs);
  if (names.length === 0) throw new RangeError('recallCurvesSpec: runs must have at least one run, got none');
  const values = Object.entries(runs).flatMap(([run, measured]) => {
    const all = (Array.isArray(measured) ? measured : [measured]) as readonly Pick<RetrievalMetrics, 'recallAt'>[];
    const empty = all.findIndex(({ recallAt }) => Object.keys(recallAt).length === 0);
    if (all.length === 0 || empty !== -1) throw new RangeError(`recallCurvesSpec: runs['${run}'] must have Recall@K of at least one K, got none`);
    return all.flatMap(({ recallAt }, seed) => Object.entries(recallAt).map(([k, recall]) => ({ run, seed, k: Number(k), recall })));
  });
  const ks = [...new Set(values.map(({ k }) => k))].toSorted((a, b) => a - b);
  return {
    $schema: SCHEMA,
    title: { text: title, anchor: 'start' },
    width,
    height,
    data: { values },
    encoding: {
      x: { field: 'k', type: 'quantitative', title: 'K', scale: { type: 'log', base: 2, nice: false }, axis: { grid: false, values: ks } },
      color: { field: 'run', type: 'nominal', scale: { domain: names }, legend: { title: null, orient: 'top', offset: 4, symbolSize: 260, symbolOpacity: 1 } },
    },
    layer: [
      { mark: { type: 'line', strokeWidth: 1, opacity: 0.3 }, encoding: { y: recallAxis({}), detail: { field: 'seed', type: 'nominal' } } },
      { mark: { type: 'line', point: { size: 26 } }, encoding: { y: recallAxis({ aggregate: 'mean' }) } },
    ],
  };
}
