import type { ChartSpec } from './spec.ts';

export interface LineChartOptions {
  /** One point each, as the rows of a training log: `{ run: 'mixup', part: 'validation', epoch: 3, loss: 0.21 }`. Points are joined in the order of x. */
  readonly rows: readonly object[];
  /** Keys of the numbers across and up. */
  readonly x: string;
  readonly y: string;
  /** Key whose values are told apart by colour, in the order in which they come up. */
  readonly series?: string;
  /** Key whose values are told apart by dashes: the first is solid. */
  readonly dash?: string;
  readonly title?: string;
  /** Titles of the axes. Default: the keys. */
  readonly xTitle?: string;
  readonly yTitle?: string;
  /** Default 'linear', over the range of the numbers. */
  readonly yScale?: 'linear' | 'log';
  /** Numbers on the axis, in d3's notation: '.0%'. */
  readonly yFormat?: string;
  /** Pixels. Default 380 × 240. */
  readonly width?: number;
  readonly height?: number;
}

const dashes = [[1, 0], [5, 4], [2, 3], [8, 3, 2, 3]];

/** A key as Vega-Lite's name of a field, where dots and brackets reach into objects. */
const fieldOf = (key: string): string => key.replace(/[.[\]\\]/g, '\\$&');

type Row = Readonly<Record<string, unknown>>;

function check(rows: readonly Row[], { x, y, series, dash }: LineChartOptions): void {
  if (rows.length === 0) throw new RangeError('lineChart: rows must hold at least one row, got none');
  for (const key of [x, y]) {
    const bad = rows.findIndex((row) => row[key] !== null && typeof row[key] !== 'number');
    if (bad !== -1) throw new TypeError(`lineChart: rows[${bad}].${key} must be a number or null, got ${String(rows[bad]![key])}`);
  }
  for (const key of [series, dash]) {
    const bad = key === undefined ? -1 : rows.findIndex((row) => row[key] === undefined);
    if (bad !== -1) throw new TypeError(`lineChart: rows[${bad}].${key} must be there`);
  }
}

/**
 * Lines over steps or epochs, one for each pair of `series` and `dash`: learning curves of several runs.
 *
 * @returns a Vega-Lite specification
 * @throws {RangeError} for no rows
 * @throws {TypeError} for a row whose x or y is neither a number nor null (a gap in the line), or that lacks the series or dash key
 */
export function lineChart(options: LineChartOptions): ChartSpec {
  const rows = options.rows as readonly Row[];
  check(rows, options);
  const { x, y, series, dash, title, xTitle = x, yTitle = y, yScale = 'linear', yFormat, width = 380, height = 240 } = options;
  const distinct = (key: string): unknown[] => [...new Set(rows.map((row) => row[key]))];
  const legend = { title: null, orient: 'top', offset: 4, symbolSize: 260 };
  const sorted = (key: string, more: object): object => ({ field: fieldOf(key), type: 'nominal', scale: { domain: distinct(key), ...more }, legend });
  const keys = [...new Set([x, y, series, dash])].filter((key) => key !== undefined);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...(title === undefined ? {} : { title }),
    width,
    height,
    data: { values: rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]]))) },
    mark: { type: 'line', clip: true, invalid: 'break-paths-show-domains' },
    encoding: {
      x: { field: fieldOf(x), type: 'quantitative', title: xTitle, scale: { nice: false, zero: false }, axis: { grid: false, tickCount: 6 } },
      y: { field: fieldOf(y), type: 'quantitative', title: yTitle, scale: yScale === 'log' ? { type: 'log' } : { zero: false }, axis: { tickCount: 5, ...(yFormat === undefined ? {} : { format: yFormat }) } },
      ...(series === undefined ? {} : { color: sorted(series, {}) }),
      ...(dash === undefined ? {} : { strokeDash: sorted(dash, { range: dashes }) }),
    },
  };
}
