import type { Loader } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { loadVega } from './load-vega.ts';
import { type ChartSpec, checkSpec, isVega } from './spec.ts';
import { renameSvgIds } from './svg-ids.ts';
import { theme, vegaTheme } from './theme.ts';
import { vegaLog, type VegaLog } from './vega-log.ts';

export interface RenderSvgOptions {
  /** Takes what Vega and Vega-Lite warn of: a channel that is left out, a field without numbers … Without it a warning is an error. */
  readonly onWarning?: (message: string) => void;
}

/** A picture is made of its specification alone: nothing is loaded. */
function closedLoader(loader: Loader, refused: string[]): Loader {
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
  const { vega, compile } = await loadVega();
  const runtime = isVega(spec) ? vega.parse(spec, vegaTheme) : vega.parse(compile(spec as TopLevelSpec, { config: theme, logger }).spec);
  const view = new vega.View(runtime, { renderer: 'none', logger, loader: closedLoader(vega.loader(), refused) });
  const unseeded = vega.random;
  vega.setRandom(vega.randomLCG(0)); // for `sample` and `random()`; all that draws happens before the first await
  try {
    view.run();
  } finally {
    vega.setRandom(unseeded);
  }
  const svg = await view.toSVG();
  view.finalize();
  return svg;
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
