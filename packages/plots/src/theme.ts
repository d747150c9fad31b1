// Colours: Okabe, Ito: Color universal design, 2008 (told apart with every common colour blindness), in an order that puts those with the
// most contrast to white first.

/** The colours of categories, for a reader of any colour vision. */
export const palette: readonly string[] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#5b6472', '#b8a200'];

/** Inter where it is there (the PNG renderer and the HTML report bring it), else what the system has. */
export const fontFamily = 'Inter, system-ui, sans-serif';

const ink = '#20262e';
const soft = '#5b6472';
const grid = '#e7e9ed';
const line = '#b4bac3';
const text = (size: number, weight: number, fill: string): object => ({ font: fontFamily, fontSize: size, fontWeight: weight, fill });

/** Keys that Vega and Vega-Lite share. */
const shared: Readonly<Record<string, unknown>> = {
  background: '#ffffff',
  padding: 12,
  style: {
    'guide-label': text(11, 400, soft),
    'guide-title': text(11.5, 400, ink),
    'group-title': text(14, 600, ink),
    'group-subtitle': text(11.5, 400, soft),
  },
  axis: { domainColor: line, tickColor: line, gridColor: grid, tickSize: 4, labelPadding: 4, labelFlush: false, titlePadding: 8 },
  legend: { titlePadding: 6, symbolStrokeWidth: 2, symbolSize: 90, labelLimit: 260, rowPadding: 4, columnPadding: 14 },
  title: { anchor: 'start', frame: 'group', offset: 12, subtitlePadding: 5 },
  range: { category: palette, ordinal: { scheme: 'blues' }, ramp: { scheme: 'blues' }, heatmap: { scheme: 'blues' }, diverging: { scheme: 'blueorange' } },
};

/** The house style as a Vega configuration. */
export const vegaTheme: Readonly<Record<string, unknown>> = { ...shared, text: { font: fontFamily } };

/** The house style as a Vega-Lite configuration; whatever a spec's own `config` says comes before it. */
export const theme: Readonly<Record<string, unknown>> = {
  ...shared,
  mark: { color: palette[0] },
  line: { strokeWidth: 2, strokeJoin: 'round', strokeCap: 'round' },
  text: { font: fontFamily, color: ink },
  rule: { color: ink },
  view: { stroke: null, continuousWidth: 380, continuousHeight: 240, discreteWidth: { step: 28 }, discreteHeight: { step: 24 } },
  header: { labelFontWeight: 600, labelColor: ink },
};
