import type { ChartSpec } from './spec.ts';

const values = [{ name: 'none', ece: 0.021 }, { name: 'mixup', ece: 0.063 }, { name: 'CutMix', ece: 0.041 }];

/** One bar for each of three names. */
export const bars: { readonly data: object; readonly mark: string; readonly encoding: Readonly<Record<string, object>> } = {
  data: { values },
  mark: 'bar',
  encoding: { x: { field: 'name', type: 'nominal', sort: null, title: null }, y: { field: 'ece', type: 'quantitative', title: 'ECE' } },
};

/** Two runs with two parts each, and a step without a loss. */
export const logRows: readonly Readonly<Record<string, unknown>>[] = ['none', 'mixup'].flatMap((run, r) =>
  ['training', 'validation'].flatMap((part, p) =>
    [0, 1, 2, 3].map((epoch) => ({ run, part, epoch, loss: epoch === 2 && r + p === 0 ? null : 2 / (1 + epoch) + 0.3 * r - 0.1 * p }))));

/** The same bars in the language Vega. */
export const vegaBars: ChartSpec = {
  $schema: 'https://vega.github.io/schema/vega/v6.json',
  width: 120,
  height: 80,
  data: [{ name: 'table', values }],
  scales: [
    { name: 'x', type: 'band', domain: { data: 'table', field: 'name' }, range: 'width', padding: 0.2 },
    { name: 'y', domain: { data: 'table', field: 'ece' }, range: 'height', zero: true },
  ],
  axes: [{ orient: 'bottom', scale: 'x' }],
  marks: [{
    type: 'rect',
    from: { data: 'table' },
    encode: { enter: { x: { scale: 'x', field: 'name' }, width: { scale: 'x', band: 1 }, y: { scale: 'y', field: 'ece' }, y2: { scale: 'y', value: 0 }, fill: { value: '#0072b2' } } },
  }],
};

/** Four images on a grid with clipped marks, a legend and text: most of what a chart can hold. */
export const heatmap: ChartSpec = {
  title: { text: 'Confusion', subtitle: 'λ = 0.5, n = 40' },
  data: { values: [{ a: 0, b: 0, n: 18 }, { a: 0, b: 1, n: 2 }, { a: 1, b: 0, n: 3 }, { a: 1, b: 1, n: 17 }] },
  encoding: { x: { field: 'b', type: 'ordinal', title: 'predicted' }, y: { field: 'a', type: 'ordinal', title: 'true' } },
  layer: [
    { mark: { type: 'rect', clip: true }, encoding: { color: { field: 'n', type: 'quantitative', title: 'images' } } },
    { mark: 'text', encoding: { text: { field: 'n', type: 'quantitative' } } },
  ],
};

/** Numbers to two places and a line per element: what a reviewer can read, and what does not hang on the last bit of a sine. */
export const normalizeSvg = (svg: string): string =>
  `${svg.replace(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(2)))).replaceAll('><', '>\n<')}\n`;
