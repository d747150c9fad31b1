import type { PixelArray } from '../pixel-array.ts';
import type { ChartSpec } from '../spec.ts';

/** A Vega-Lite or Vega specification, an SVG document, a pixel array, or the bytes of a PNG file. */
export type Picture = ChartSpec | string | PixelArray | Uint8Array;

export interface Figure {
  readonly picture: Picture;
  /** What the picture says, for those who cannot see it. */
  readonly alt: string;
  readonly caption?: string;
}

/** A card with one value to remember. */
export interface Fact {
  readonly label: string;
  readonly value: string | number;
  /** Small print below. */
  readonly note?: string;
}

/** Blank lines separate paragraphs. */
export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
}

/** Columns of numbers (or of text that begins with one) are set to the right. null is an empty cell. */
export interface TableBlock {
  readonly kind: 'table';
  readonly columns: readonly string[];
  /** One cell per column. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly caption?: string;
}

export interface FigureBlock extends Figure {
  readonly kind: 'figure';
}

/** Side by side, where there is room. */
export interface FiguresBlock {
  readonly kind: 'figures';
  readonly figures: readonly Figure[];
}

export interface FactsBlock {
  readonly kind: 'facts';
  readonly facts: readonly Fact[];
}

export type Block = TextBlock | TableBlock | FigureBlock | FiguresBlock | FactsBlock;

export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export interface Report {
  readonly title: string;
  /** A line below the title. */
  readonly subtitle?: string;
  /** Cards at the top. */
  readonly facts?: readonly Fact[];
  readonly sections: readonly Section[];
}
