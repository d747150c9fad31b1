import { encodePng } from '../encode-png.ts';
import { isPixelArray } from '../pixel-array.ts';
import { pngDataUri } from '../png-data-uri.ts';
import { renderSvg } from '../render-svg.ts';
import { escapeHtml } from './escape.ts';
import { inlineSvg } from './inline-svg.ts';
import type { Figure } from './report.ts';

function image(png: Uint8Array, alt: string, style: string): string {
  const uri = pngDataUri(png);
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return `<img class="${style}" src="${uri}" alt="${escapeHtml(alt)}" width="${header.getUint32(16)}" height="${header.getUint32(20)}">`;
}

/**
 * @param place where the figure is in the report, for errors
 * @param prefix for the ids of an SVG, another for each figure
 */
async function pictureHtml(place: string, { picture, alt }: Figure, prefix: string): Promise<string> {
  if (picture instanceof Uint8Array) return image(picture, alt, 'smooth');
  if (typeof picture === 'object' && isPixelArray(picture)) return image(encodePng(picture), alt, 'pixels');
  const svg = typeof picture === 'string' ? picture : await renderSvg(picture);
  return `<div role="img" aria-label="${escapeHtml(alt)}">${inlineSvg(place, svg, prefix)}</div>`;
}

/** A picture on a light card, and its caption. */
export async function figureHtml(place: string, figure: Figure, prefix: string): Promise<string> {
  const caption = figure.caption === undefined ? '' : `<figcaption>${escapeHtml(figure.caption)}</figcaption>`;
  return `<figure><div class="picture">${await pictureHtml(`${place}.picture`, figure, prefix)}</div>${caption}</figure>`;
}
