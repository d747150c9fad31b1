import type { ConsistencyBars } from '../intervals/consistency-bars.ts';
import type { ReliabilityData } from './reliability-diagram.ts';

/** A Vega-Lite specification: plain JSON. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

export interface ReliabilitySpecOptions {
  /** Default 'Reliability'. */
  readonly title?: string;
  /** Width and height of the diagram in pixels. Default 260. */
  readonly size?: number;
  /** Of the same predictions and bins: drawn as ticks at both ends of where a calibrated model's accuracy would lie. Default: none. */
  readonly consistency?: Pick<ConsistencyBars, 'low' | 'high'>;
}

const colours = { accuracy: '#4c78a8', overconfident: '#f3bab8', underconfident: '#a9cbe6', line: '#666666', count: '#b8c4d4' };
const parts = ['accuracy', 'overconfident', 'underconfident'] as const;
const colour = { type: 'nominal', scale: { domain: parts, range: parts.map((part) => colours[part]) }, legend: { title: null, orient: 'top', offset: 2, columnPadding: 8 } };
const defaultSize = 260;
const unit = { domain: [0, 1], nice: false };
const quantitative = (field: string, title: string | null, scale: object, axis: object = {}): object =>
  ({ field, type: 'quantitative', title, scale, axis: { grid: true, tickCount: 5, ...axis } });

/** Ticks at both ends of where a calibrated model's accuracy would lie. */
function consistencyTicks({ bins }: ReliabilityData, { low, high }: Pick<ConsistencyBars, 'low' | 'high'>, size: number): object {
  const width = Math.max(3, Math.round((0.5 * size) / bins.length));
  return {
    data: { values: bins.flatMap(({ lo, hi, count }, bin) => (count === 0 ? [] : [low[bin], high[bin]].map((bound) => ({ middle: (lo + hi) / 2, bound })))) },
    mark: { type: 'tick', orient: 'horizontal', color: '#1b1b1b', size: width, thickness: 1.5 },
    encoding: { x: quantitative('middle', null, unit), y: quantitative('bound', 'accuracy', unit) },
  };
}

/** Bars of accuracy, what is between them and the mean confidence, 95 % intervals, and the line on which a calibrated network lies. */
function diagram(data: ReliabilityData, { size = defaultSize, consistency }: ReliabilitySpecOptions): object {
  const { bins } = data;
  const filled = bins.filter((bin) => bin.count > 0).map((bin) => ({ ...bin, side: bin.gap < 0 ? 'overconfident' : 'underconfident' }));
  const x = { ...quantitative('lo', null, unit, { labels: false }), bin: 'binned' };
  return {
    width: size,
    height: size,
    layer: [
      {
        data: { values: filled },
        mark: { type: 'bar', binSpacing: 1, tooltip: { content: 'data' } },
        encoding: { x, x2: { field: 'hi' }, y: quantitative('accuracy', 'accuracy', unit), y2: { datum: 0 }, color: { datum: 'accuracy', ...colour } },
      },
      {
        data: { values: filled },
        mark: { type: 'bar', binSpacing: 1 },
        encoding: { x, x2: { field: 'hi' }, y: quantitative('accuracy', 'accuracy', unit), y2: { field: 'confidence' }, color: { field: 'side', ...colour } },
      },
      {
        data: { values: filled.map((bin) => ({ ...bin, middle: (bin.lo + bin.hi) / 2 })) },
        mark: { type: 'rule', color: '#1b1b1b' },
        encoding: { x: quantitative('middle', null, unit), y: quantitative('ciLow', 'accuracy', unit), y2: { field: 'ciHigh' } },
      },
      {
        data: { values: [{ c: 0, a: 0 }, { c: 1, a: 1 }] },
        mark: { type: 'line', color: colours.line, strokeDash: [4, 3] },
        encoding: { x: quantitative('c', null, unit), y: quantitative('a', 'accuracy', unit) },
      },
      ...(consistency ? [consistencyTicks(data, consistency, size)] : []),
    ],
  };
}

/** Share of the samples per bin; the count shows under the pointer. */
function histogram({ bins, n }: ReliabilityData, size: number): object {
  return {
    width: size,
    height: Math.round(size / 5),
    data: { values: bins.map(({ lo, hi, count }) => ({ lo, hi, count, share: count / n })) },
    mark: { type: 'bar', color: colours.count, binSpacing: 1, tooltip: { content: 'data' } },
    encoding: {
      x: { ...quantitative('lo', 'confidence', unit), bin: 'binned' },
      x2: { field: 'hi' },
      y: quantitative('share', 'samples', unit, { tickCount: 2, format: '.0%' }),
      y2: { datum: 0 },
    },
  };
}

/**
 * The reliability diagram as a Vega-Lite specification (render it with `@mixwell/plots`, or paste it into the Vega editor):
 * bars are accuracy; what a bar lacks to its mean confidence is red (overconfident), what it has above that is light blue (underconfident);
 * black lines are 95 % intervals, and ticks, if asked for, bound where a calibrated model's bars would end.
 */
export function reliabilitySpec(data: ReliabilityData, options: ReliabilitySpecOptions = {}): VegaLiteSpec {
  const { title = 'Reliability', size = defaultSize, consistency } = options;
  if (consistency && consistency.low.length !== data.bins.length) throw new RangeError(`reliabilitySpec: consistency must have the diagram's ${data.bins.length} bins, got ${consistency.low.length}`);
  const subtitle = `ECE ${(100 * data.ece).toFixed(2)} %, accuracy ${(100 * data.accuracy).toFixed(2)} %, n = ${data.n}`;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, subtitle, anchor: 'start' },
    spacing: 8,
    vconcat: [diagram(data, options), histogram(data, size)],
  };
}
