/** A Vega-Lite specification: plain JSON. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

export const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
