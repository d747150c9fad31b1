import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { interWidth } from './inter.ts';
import { type ChartSpec, checkSpec, isVega } from './spec.ts';
import { renameSvgIds } from './svg-ids.ts';
import { theme, vegaTheme } from './theme.ts';
import { vegaLog, type VegaLog } from './vega-log.ts';

export interface RenderSvgOptions {
  /** Takes what Vega and Vega-Lite warn of: a channel that is left out, a field without numbers … Without it a warning is an error. */
  readonly onWarning?: (message: string) => void;
}

/** The parts of a text mark that Vega measures it by. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
  readonly limit?: number;
}

type TextLine = string | number | boolean | null | undefined;

/** Exported by vega, but not part of its types. */
const internals = vega as unknown as {
  readonly textMetrics: { width: (item: TextItem, text: TextLine) => number };
  readonly random: () => number;
  readonly setRandom: (next: () => number) => void;
  readonly randomLCG: (seed: number) => () => number;
};

/** Vega guesses widths where there is no canvas: 0.8 of the font size for each letter, half too much. Inter's own are exact, and everywhere the same. */
function measureAsInter({ fontSize = 11, fontWeight = 400, limit = 0 }: TextItem, text: TextLine): number {
  const bold = fontWeight === 'bold' || Number(fontWeight) >= 600;
  const width = interWidth(String(text ?? '').trim(), fontSize, bold ? 600 : 400);
  return limit > 0 ? Math.min(width, limit) : width;
}

/** A picture is made of its specification alone: nothing is loaded. */
function closedLoader(refused: string[]): vega.Loader {
  const loader = vega.loader();
  const refuse = (uri: string): Promise<never> => {
    const message = `data and images must be part of the spec, got the address ${uri}`;
    refused.push(message);
    return Promise.reject(new Error(message));
  };
  return {
    ...loader,
    load: refuse,
    sanitize: (uri, options) => (options.context === 'image' && !uri.startsWith('data:image/') ? refuse(uri) : loader.sanitize(uri, options)),
  };
}

/** A copy, since Vega marks the data rows that it reads. */
function copyOf(spec: ChartSpec): ChartSpec {
  try {
    return structuredClone(spec);
  } catch (cause) {
    throw new TypeError(`renderSvg: spec must be plain JSON: ${(cause as Error).message}`, { cause });
  }
}

async function draw(spec: ChartSpec, { logger }: VegaLog, refused: string[]): Promise<string> {
  const compiled = isVega(spec) ? spec : compile(spec as TopLevelSpec, { config: theme, logger }).spec;
  const runtime = vega.parse(compiled, isVega(spec) ? vegaTheme : {});
  const view = new vega.View(runtime, { renderer: 'none', logger, loader: closedLoader(refused) });
  internals.textMetrics.width = measureAsInter;
  const unseeded = internals.random;
  internals.setRandom(internals.randomLCG(0)); // for `sample` and `random()`: all that draws happens before the first await
  try {
    view.run();
    internals.setRandom(unseeded);
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/**
 * Draws a Vega-Lite or Vega specification, in Mixwell's style unless its own `config` says otherwise. The same specification gives the same
 * text on every machine (times on an axis excepted: they are local unless its scale is of type `utc`). Text is set in Inter, where it is
 * installed. From the first call on, Vega measures text as Inter in the whole process.
 *
 * @param spec plain JSON with its data inside
 * @returns an SVG document
 * @throws {TypeError} for a specification that is wrong, naming the place; for what Vega reports, unless `onWarning` takes it
 */
export async function renderSvg(spec: ChartSpec, options: RenderSvgOptions = {}): Promise<string> {
  checkSpec('renderSvg', spec);
  const log = vegaLog();
  const refused: string[] = [];
  let svg = '';
  let failure: unknown;
  try {
    svg = await draw(copyOf(spec), log, refused);
  } catch (cause) {
    failure = cause;
  }
  const problems = [refused, log.errors, failure instanceof Error ? [failure.message] : [], options.onWarning ? [] : log.warnings].find((list) => list.length > 0);
  if (problems) throw new TypeError(`renderSvg: ${problems.join('; ')}`, { cause: failure });
  for (const warning of log.warnings) options.onWarning?.(warning);
  return renameSvgIds(svg, 'id');
}
