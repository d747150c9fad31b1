import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { create, type Font } from 'fontkitten';

const require = createRequire(import.meta.url);

/** The weights that pictures use. */
export type InterWeight = 400 | 600;

const faces = { 400: '400Regular', 600: '600SemiBold' } as const;

/** Path of the TrueType file: for what draws text itself. */
export function interFile(weight: InterWeight): string {
  const folder = dirname(require.resolve('@expo-google-fonts/inter/package.json'));
  return join(folder, faces[weight], `Inter_${faces[weight]}.ttf`);
}

/** Web font of a part of the alphabet, as bytes. */
export function interWebFont(subset: 'latin' | 'greek', weight: InterWeight): Buffer {
  const folder = dirname(require.resolve('@fontsource/inter/package.json'));
  return readFileSync(join(folder, 'files', `inter-${subset}-${weight}-normal.woff2`));
}

const fonts = new Map<InterWeight, Font>();

function fontOf(weight: InterWeight): Font {
  const known = fonts.get(weight);
  if (known) return known;
  const font = create(readFileSync(interFile(weight)));
  if (font.isCollection) throw new TypeError(`${interFile(weight)} must hold one font, got a collection`);
  fonts.set(weight, font);
  return font;
}

const advances = { 400: new Map<number, number>(), 600: new Map<number, number>() } as const;

/** In units of the font size. */
function advance(codePoint: number, weight: InterWeight): number {
  const known = advances[weight].get(codePoint);
  if (known !== undefined) return known;
  const font = fontOf(weight);
  const width = font.glyphForCodePoint(codePoint).advanceWidth / font.unitsPerEm;
  advances[weight].set(codePoint, width);
  return width;
}

/** How wide a line of text is in Inter, without kerning, in the unit of `size`. */
export function interWidth(text: string, size: number, weight: InterWeight): number {
  let width = 0;
  for (const character of text) width += advance(character.codePointAt(0)!, weight);
  return width * size;
}
