import type { HostTensor } from '@mixwell/tensor';
import { applyPlan } from './apply-plan.ts';
import { type Canvas, type Colour, createCanvas, drawPixels, fillRectangle, type Rectangle } from './canvas.ts';
import { checkWhole } from './check.ts';
import { checkPlan } from './check-plan.ts';
import { type LabelInput, readLabels } from './mix-labels.ts';
import type { Plan } from './plan.ts';
import { weightMap } from './weight-map.ts';

export interface MixGridOptions {
  /** [batch] class labels, for `cells`. Default: none. */
  readonly labels?: LabelInput;
  /** How many rows of the plan to show, from the first. Default 6. */
  readonly count?: number;
  /** Canvas pixels per image pixel, a whole number ≥ 1. Default: as many as make images about 64 pixels large. */
  readonly scale?: number;
  /** What was taken away from the images to normalise them: they are shown as x · std + mean. One for all channels or one for each. Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. */
  readonly std?: number | readonly number[];
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

const palette: readonly Colour[] = [[76, 120, 168], [245, 133, 24], [84, 162, 75], [178, 121, 162], [228, 87, 86], [114, 183, 178]];
const colourOf = (j: number): Colour => palette[j % palette.length]!;
const margin = 8;
const gap = 6;
const bar = { gap: 2, height: 5 };

function perChannel(name: string, value: number | readonly number[], channels: number): readonly number[] {
  const values = typeof value === 'number' ? Array.from({ length: channels }, () => value) : value;
  if (values.length !== channels) throw new RangeError(`mixGrid: ${name} must have one value per channel (${channels}), got ${values.length}`);
  return values;
}

/** The colour of a pixel of an image, 0 … 255. */
function colourReader({ data, shape }: HostTensor<'float32'>, { mean = 0, std = 1 }: MixGridOptions): (image: number, pixel: number) => Colour {
  const [, height, width, channels] = shape as [number, number, number, number];
  const [shift, factor] = [perChannel('mean', mean, channels), perChannel('std', std, channels)];
  return (image, pixel) => [0, 1, 2].map((channel) => {
    const c = channel % channels;
    return 255 * (data[(image * height * width + pixel) * channels + c]! * factor[c]! + shift[c]!);
  }) as unknown as Colour;
}

/** The colours of the sources by their weights. */
function maskReader({ data, shape }: HostTensor<'float32'>): (row: number, pixel: number) => Colour {
  const [rows, height, width, k] = shape as [number, number, number, number];
  return (row, pixel) => {
    const at = ((rows === 1 ? 0 : row) * height * width + pixel) * k;
    const colour: [number, number, number] = [0, 0, 0];
    for (let j = 0; j < k; j++) colourOf(j).forEach((value, channel) => { colour[channel]! += value * data[at + j]!; });
    return colour;
  };
}

/** The same plan, cut off after its first rows. */
function firstRows(plan: Plan, rows: number): Plan {
  const cut = <T extends Int32Array | Float32Array>(array: T): T => array.slice(0, (array.length / plan.rows) * rows) as T;
  const perRow = <T extends Int32Array | Float32Array>(array: T, shared: number): T => (array.length === shared ? array : cut(array));
  const { k } = plan;
  const common = { rows, sources: cut(plan.sources), labelWeights: cut(plan.labelWeights) };
  switch (plan.kind) {
    case 'scalar': return { ...plan, ...common, weights: perRow(plan.weights, k) };
    case 'box': return { ...plan, ...common, boxes: perRow(plan.boxes, (k - 1) * 4) };
    case 'mask': return { ...plan, ...common, masks: perRow(plan.masks, plan.height * plan.width * k) };
  }
}

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
 * mixed image is divided as the label is. There is no text in it: `cells` says where and what everything is.
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
  const maskColour = maskReader(weightMap(shown, height, width));
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
      return draw(j, 'source', [part], (pixel) => sourceColour(part.source, pixel));
    });
    drawBar(canvas, place(k + 1), parts.map(({ labelWeight }, j) => ({ j, weight: labelWeight })));
    return [...sources, draw(k, 'mask', parts, (pixel) => maskColour(row, pixel)), draw(k + 1, 'mixed', parts, (pixel) => mixedColour(row, pixel))];
  });
  return { ...canvas, cells: cells.flat() };
}
