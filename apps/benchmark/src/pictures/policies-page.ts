import { type Batch, type ExamplePolicy, examplePolicies, mixGrid, type MixGrid, type MixGridCell, type Plan } from '@mixwell/mix-core';
import { encodePng, type PixelArray, pngDataUri, renderPng } from '@mixwell/plots';
import { createRng, type HostTensor } from '@mixwell/tensor';
import type { ImageTask } from '../reproduce/images/image-task.ts';
import { pageBatch } from './page-batch.ts';

const COLUMNS = 3;
const MARGIN = 24;
const HEAD = 78;
/** How many draws are looked at for one worth showing. */
const DRAWS = 60;
/** Of one policy: its title, its pictures, and room around them. */
const cell = { width: 376, height: 112, title: 18 };
const picture = { side: 64, bar: 7, gap: 6 };

/** Label weights of a mixture worth looking at: at least two images count, none nearly everything. */
const telling = (weights: Float32Array): boolean => weights.filter((weight) => weight > 0.15).length >= Math.min(weights.length, 2) && Math.max(...weights) < 0.85;

/** The first draw whose first mixture is worth looking at; where there is none, as without mixing, the first draw. */
function tellingPlan({ policy }: ExamplePolicy, batch: Batch): Plan {
  for (let seed = 0; seed < DRAWS; seed++) {
    const plan = policy(createRng(seed), batch);
    if (telling(plan.labelWeights.subarray(0, plan.k)) && new Set(plan.sources.subarray(0, plan.k)).size === plan.k) return plan;
  }
  return policy(createRng(0), batch);
}

/** A picture of the grid with the bar below it. */
function cut({ width, data }: MixGrid, { x, y, width: side, height }: MixGridCell): PixelArray {
  const rows = height + picture.bar;
  const out = new Uint8Array(side * rows * 4);
  for (let row = 0; row < rows; row++) out.set(data.subarray(((y + row) * width + x) * 4, ((y + row) * width + x + side) * 4), row * side * 4);
  return { width: side, height: rows, data: out };
}

/** Sources that count, the mask, the mixed image. */
function picturesOf(plan: Plan, images: HostTensor<'float32'>): PixelArray[] {
  const grid = mixGrid(plan, images, { count: 1, scale: picture.side / images.shape[1]! });
  return grid.cells.filter(({ kind, parts }) => kind !== 'source' || parts[0]!.labelWeight > 0).map((one) => cut(grid, one));
}

const text = (x: number, y: number, size: number, weight: number, colour: string, words: string): string =>
  `<text x="${x}" y="${y}" font-family="Inter" font-size="${size}" font-weight="${weight}" fill="${colour}">${words}</text>`;

function drawPolicy(example: ExamplePolicy, batch: Batch & { readonly images: HostTensor<'float32'> }, left: number, top: number): string {
  const plan = tellingPlan(example, batch);
  const title = text(left, top + 12, 13, 600, '#20262e', example.title);
  if (plan.kind === 'scalar' && plan.aligned !== undefined) return title + text(left, top + 36, 11.5, 400, '#5b6472', 'mixes feature maps whose places are aligned first');
  const note = plan.stage === undefined ? '' : text(left + 110, top + 12, 11.5, 400, '#5b6472', `mixes the output of ${plan.stage}; shown on images`);
  return title + note + picturesOf(plan, batch.images).map((pixels, i, all) => {
    const x = left + i * (picture.side + picture.gap) + (i >= all.length - 2 ? 10 : 0); // what comes out stands apart
    return `<image x="${x}" y="${top + cell.title}" width="${pixels.width}" height="${pixels.height}" style="image-rendering: pixelated" href="${pngDataUri(encodePng(pixels))}"/>`;
  }).join('');
}

/** One page of every policy of mix-core on real images, as a PNG file. */
export async function policiesPage(task: ImageTask, seed: number): Promise<Uint8Array> {
  const batch = pageBatch(task, seed);
  const examples = examplePolicies();
  const width = 2 * MARGIN + COLUMNS * cell.width;
  const height = HEAD + Math.ceil(examples.length / COLUMNS) * cell.height + MARGIN;
  const body = examples.map((example, i) => drawPolicy(example, batch, MARGIN + (i % COLUMNS) * cell.width, HEAD + Math.floor(i / COLUMNS) * cell.height));
  const head = text(MARGIN, 28, 16, 600, '#20262e', 'The policies of @mixwell/mix-core')
    + text(MARGIN, 46, 11.5, 400, '#5b6472', `Images of ${task.name}: the sources, the mask in their colours, the mixed image with its label as a bar. Faded: what does not show of sources that are moved.`)
    + text(MARGIN, 62, 11.5, 400, '#5b6472', 'Policies that ask a network for saliency or attention see the size of the gradient of the image itself here.');
  return renderPng(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#ffffff"/>${head}${body.join('')}</svg>`, { scale: 1 });
}
