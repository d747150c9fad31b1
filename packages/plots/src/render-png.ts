import { renderAsync, type ResvgRenderOptions } from '@resvg/resvg-js';
import { interFile } from './inter.ts';
import { renderSvg, type RenderSvgOptions } from './render-svg.ts';
import type { ChartSpec } from './spec.ts';

export interface RenderPngOptions extends RenderSvgOptions {
  /** Pixels per unit of the SVG, > 0. Default 2: sharp on most screens. */
  readonly scale?: number;
  /** Or the width in pixels, a whole number ≥ 1; the height follows. */
  readonly width?: number;
}

function sizeOf({ scale, width }: RenderPngOptions): NonNullable<ResvgRenderOptions['fitTo']> {
  if (scale !== undefined && width !== undefined) throw new TypeError('renderPng: scale and width exclude one another, got both');
  if (width !== undefined) {
    if (!Number.isInteger(width) || width < 1) throw new RangeError(`renderPng: width must be a whole number >= 1, got ${width}`);
    return { mode: 'width', value: width };
  }
  const value = scale ?? 2;
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`renderPng: scale must be > 0, got ${value}`);
  return { mode: 'zoom', value };
}

/**
 * A picture as a PNG file. All text is set in Inter, which comes along; fonts of the system are not looked at, so that the file does not
 * depend on the machine.
 *
 * @param picture an SVG document, or a specification for `renderSvg`
 * @throws {RangeError} for a scale or width that is no size
 * @throws {TypeError} for text that is no SVG, and what `renderSvg` throws
 */
export async function renderPng(picture: string | ChartSpec, options: RenderPngOptions = {}): Promise<Uint8Array> {
  const fitTo = sizeOf(options);
  const svg = typeof picture === 'string' ? picture : await renderSvg(picture, options);
  const family = 'Inter';
  const font = {
    loadSystemFonts: false,
    fontFiles: [interFile(400), interFile(600)],
    defaultFontFamily: family,
    sansSerifFamily: family,
    serifFamily: family,
    monospaceFamily: family,
  };
  try {
    return new Uint8Array((await renderAsync(svg, { fitTo, font })).asPng());
  } catch (cause) {
    throw new TypeError(`renderPng: the picture must be an SVG document: ${(cause as Error).message}`, { cause });
  }
}
