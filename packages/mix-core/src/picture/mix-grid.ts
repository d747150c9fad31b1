import type { HostTensor } from '@mixwell/tensor';
import { applyPlan } from '../apply/apply-plan.ts';
import { type Canvas, type Colour, createCanvas, drawPixels, fillRectangle, type Rectangle } from './canvas.ts';
import { checkWhole } from '../check.ts';
import { checkPlan } from '../plan/check-plan.ts';
import { firstRows } from '../plan/first-rows.ts';
import { colourOf, colourReader, faded, maskReader, type Shown } from './mix-grid-colours.ts';
import { type LabelInput, readLabels } from '../plan/mix-labels.ts';
import type { Plan } from '../plan/plan.ts';
import { shownSources } from './shown-sources.ts';

export interface MixGridOptions extends Shown {
  /** [batch] class labels, for `cells`. Default: none. */
  readonly labels?: LabelInput;
  /** How many rows of the plan to show, from the first. Default 6. */
  readonly count?: number;
  /** Canvas pixels per image pixel, a whole number ≥ 1. Default: as many as make images about 64 pixels large. */
  readonly scale?: number;
}

/** An image that takes part, and what its label counts in the mixed target. */
export interface MixPart {
  /** Its place in the batch. */
  readonly source: number;
  readonly labelWeight: number;
  /** Where labels were given. */
  readonly label?: number;
}

/** One picture of the grid and where it is, for captions. */
export interface MixGridCell extends Rectangle {
  readonly kind: 'source' | 'mask' | 'mixed';
  /** Row of the plan. */
  readonly row: number;
  /** The source that is shown, or all that are mixed. */
  readonly parts: readonly MixPart[];
}

export interface MixGrid extends Canvas {
  readonly cells: readonly MixGridCell[];
}

const margin = 8;
const gap = 6;
const bar = { gap: 2, height: 5 };

/** A bar below a picture, cut in proportion to the label weights. */
function drawBar(canvas: Canvas, { x, y, width, height }: Rectangle, shares: readonly { readonly j: number; readonly weight: number }[]): void {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  for (const { j, weight } of shares) {
    const [from, to] = [before, before + weight].map((sum) => Math.round((width * sum) / (total || 1))) as [number, number];
    fillRectangle(canvas, { x: x + from, y: y + height + bar.gap, width: to - from, height: bar.height }, colourOf(j));
    before += weight;
  }
}

/**
 * A picture of mixed images. Each row shows the sources, the mask in their colours, and the mixed image; the bar below a source has its colour, that below the
 * mixed image is divided as the label is. Where a plan moves or resizes its sources, what does not show of them is faded. There is no text in it: `cells` says where and what everything is.
 *
 * @param images [batch, height, width, 1 or 3] in [0, 1] once `mean` and `std` are undone; what lies outside is clipped
 * @returns RGBA pixels, for example for `encodePng` of `@mixwell/plots`
 * @throws {RangeError} for images of another shape, labels that do not fit, a plan that does not fit the images
 */
export function mixGrid(plan: Plan, images: HostTensor<'float32'>, options: MixGridOptions = {}): MixGrid {
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
  if (images.shape.length !== 4 || (channels !== 1 && channels !== 3)) throw new RangeError(`mixGrid: images must have shape [batch, height, width, 1 or 3], got [${images.shape.join(', ')}]`);
  const { labels, count = 6, scale = Math.max(1, Math.round(64 / Math.max(height, width))) } = options;
  checkWhole('mixGrid', 'count', count);
  checkWhole('mixGrid', 'scale', scale);
  checkPlan(plan, 'mixGrid');
  const shown = firstRows(plan, Math.min(count, plan.rows));
  const read = labels === undefined ? undefined : readLabels('mixGrid', labels, batch, Infinity);
  const { k, rows } = shown;
  const [sourceColour, mixedColour] = [colourReader(images, options), colourReader(applyPlan(shown, images), options)];
  const { weights, shares } = shownSources(shown, height, width);
  const maskColour = maskReader(weights, k);
  const size = { width: width * scale, height: height * scale };
  const step = { x: size.width + gap, y: size.height + bar.gap + bar.height + margin };
  const canvas = createCanvas(2 * margin + (k + 2) * step.x - gap, margin + rows * step.y);

  const cells = Array.from({ length: rows }, (_, row) => {
    const parts = Array.from({ length: k }, (_, j): MixPart => {
      const source = plan.sources[row * k + j]!;
      return { source, labelWeight: plan.labelWeights[row * k + j]!, ...(read && { label: read[source]! }) };
    });
    const place = (column: number): Rectangle => ({ x: margin + column * step.x, y: margin + row * step.y, ...size });
    const draw = (column: number, kind: MixGridCell['kind'], parts: readonly MixPart[], colourAt: (pixel: number) => Colour): MixGridCell => {
      drawPixels(canvas, place(column), scale, colourAt);
      return { ...place(column), kind, row, parts };
    };
    const sources = parts.map((part, j) => {
      drawBar(canvas, place(j), [{ j, weight: 1 }]);
      return draw(j, 'source', [part], (pixel) => faded(sourceColour(part.source, pixel), shares?.[(row * height * width + pixel) * k + j] ?? 1));
    });
    drawBar(canvas, place(k + 1), parts.map(({ labelWeight }, j) => ({ j, weight: labelWeight })));
    return [...sources, draw(k, 'mask', parts, (pixel) => maskColour(row * height * width + pixel)), draw(k + 1, 'mixed', parts, (pixel) => mixedColour(row, pixel))];
  });
  return { ...canvas, cells: cells.flat() };
}
