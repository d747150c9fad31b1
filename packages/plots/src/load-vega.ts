import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';
import { interWidth } from './inter.ts';

/** The parts of a text mark that Vega measures it by. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
  readonly limit?: number;
}

type TextLine = string | number | boolean | null | undefined;

/** What vega exports besides what its types say. */
interface Internals {
  readonly textMetrics: { width: (item: TextItem, text: TextLine) => number };
  readonly random: () => number;
  readonly setRandom: (next: () => number) => void;
  readonly randomLCG: (seed: number) => () => number;
}

/** Vega guesses widths where there is no canvas: 0.8 of the font size for each letter, half too much. Inter's own are exact, and everywhere the same. */
function measureAsInter({ fontSize = 11, fontWeight = 400, limit = 0 }: TextItem, text: TextLine): number {
  const bold = fontWeight === 'bold' || Number(fontWeight) >= 600;
  const width = interWidth(String(text ?? '').trim(), fontSize, bold ? 600 : 400);
  return limit > 0 ? Math.min(width, limit) : width;
}

/** Loads Vega when a chart is drawn (a quarter of a second), so that those who only encode pixels do not wait for it. */
export async function loadVega(): Promise<{ readonly vega: typeof Vega & Internals; readonly compile: typeof VegaLite.compile }> {
  const [library, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const vega = library as unknown as typeof Vega & Internals;
  vega.textMetrics.width = measureAsInter;
  return { vega, compile };
}
