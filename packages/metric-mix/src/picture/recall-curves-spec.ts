import { checkShare, checkWhole } from '../check.ts';
import type { RetrievalMetrics } from '../retrieval/retrieval-metrics.ts';
import { SCHEMA, type VegaLiteSpec } from './vega-lite-spec.ts';

export interface RecallCurvesOptions {
  readonly title?: string;
  /** Pixels. Default 380 × 240. */
  readonly width?: number;
  readonly height?: number;
}

const recallAxis = (more: object): object => ({ field: 'recall', type: 'quantitative', title: 'Recall@K', scale: { zero: false }, axis: { tickCount: 5 }, ...more });

/** The points of one curve. */
function recallsOf(measured: Pick<RetrievalMetrics, 'recallAt'>, name: string): readonly { readonly k: number; readonly recall: number }[] {
  const recallAt = (measured as Partial<RetrievalMetrics> | null)?.recallAt;
  const points = Object.entries(recallAt ?? {}).map(([k, recall]) => ({ k: Number(k), recall }));
  if (points.length === 0) throw new RangeError(`recallCurvesSpec: ${name} must have recallAt with at least one K, as retrievalMetrics gives it, got ${recallAt ? 'none' : 'no recallAt'}`);
  for (const { k, recall } of points) {
    checkWhole('recallCurvesSpec', `K of ${name}.recallAt`, k);
    checkShare('recallCurvesSpec', `${name}.recallAt[${k}]`, recall);
  }
  return points;
}

/**
 * Recall@K over K, a curve for each run; of several seeds of a run the mean, and thin lines for each, as a Vega-Lite specification. K is on a scale of powers of two.
 *
 * @param runs by name: what `retrievalMetrics` gave, or a list of that
 * @throws {RangeError} for no runs, or one without Recall@K in [0, 1]
 */
export function recallCurvesSpec(
  runs: Readonly<Record<string, Pick<RetrievalMetrics, 'recallAt'> | readonly Pick<RetrievalMetrics, 'recallAt'>[]>>, { title = 'Recall@K', width = 380, height = 240 }: RecallCurvesOptions = {},
): VegaLiteSpec {
  const names = Object.keys(runs);
  if (names.length === 0) throw new RangeError('recallCurvesSpec: runs must have at least one run, got none');
  const values = names.flatMap((run) => {
    const measured = runs[run]!;
    const all = (Array.isArray(measured) ? measured : [measured]) as readonly Pick<RetrievalMetrics, 'recallAt'>[];
    if (all.length === 0) throw new RangeError(`recallCurvesSpec: runs['${run}'] must have at least one seed, got none`);
    return all.flatMap((one, seed) => recallsOf(one, `runs['${run}']${Array.isArray(measured) ? `[${seed}]` : ''}`).map((point) => ({ run, seed, ...point })));
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
