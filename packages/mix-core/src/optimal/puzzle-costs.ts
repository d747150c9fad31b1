import { checkShare, checkWhole } from '../check.ts';
import { readImages, readMaps } from '../policy/evidence.ts';
import { type PerRow, pairSources, readLambdas } from '../policy/pair.ts';
import type { Batch } from '../policy/policy.ts';
import { blockMeans, blockShares } from './block-means.ts';
import type { GridProblem } from './grid-problem.ts';

/** What weighs how much in the masks of PuzzleMix. */
export interface PuzzleOptions {
  /** Steps from one image to the other: label i keeps 1 − i/(labels − 1) of the image itself. 2, 3 or 4; default 3. */
  readonly labels?: 2 | 3 | 4;
  /** How much neighbouring blocks should agree. Default 1.2. */
  readonly beta?: number;
  /** How much a border between two images is worth where their colours go together, relative to beta; at most 1. Default 0.5. */
  readonly gamma?: number;
  /** How much the mask should keep to λ. Default 0.2. */
  readonly eta?: number;
  /** Colours are compared as means over squares of so many pixels: the largest number up to this one that divides the blocks. Default 4. */
  readonly neighSize?: number;
  /** Mean and standard deviation of each channel (or one number for all) by which the images were normalised: colours are compared as they were before, in [0, 1]. Default 0 and 1. */
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
}

export interface PuzzleChoice extends PuzzleOptions {
  /** [rows]: the image each is mixed with. */
  readonly partner: ArrayLike<number>;
  /** Share of the image itself that the mask should keep to, in [0, 1]: one for all, or one for each row. */
  readonly lambda: PerRow;
  /** Blocks per side; must divide the images' height and width. */
  readonly blocks: number;
}

/** The images' sizes, all that the costs are made of checked and filled in. */
interface Puzzle {
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly blocks: number;
}

const largestDivisor = (size: number, most: number): number => {
  let divisor = Math.min(size, most);
  while (size % divisor !== 0) divisor--;
  return divisor;
};

/** Colours of the images in [0, 1], as means over small squares: a grid of `rows` × `columns` squares, `down` × `across` of them in each block. */
interface Colours {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly down: number;
  readonly across: number;
}

function coloursOf(images: Float32Array, { rows, height, width, channels, blocks }: Puzzle, { neighSize = 4, mean = 0, std = 1 }: PuzzleOptions): Colours {
  const blockHeight = largestDivisor(height / blocks, neighSize);
  const blockWidth = largestDivisor(width / blocks, neighSize);
  const of = (statistic: number | readonly number[], channel: number): number => (typeof statistic === 'number' ? statistic : statistic[channel]!);
  const values = blockMeans(images, { rows, height, width, channels, blockHeight, blockWidth });
  for (let at = 0; at < values.length; at++) values[at] = values[at]! * of(std, at % channels) + of(mean, at % channels);
  return { values, rows: height / blockHeight, columns: width / blockWidth, channels, down: height / blocks / blockHeight, across: width / blocks / blockWidth };
}

/** [blocks − 1, blocks] and [blocks, blocks − 1]: how far the colours at the border of two blocks are apart, if the upper or left one comes from one image and the other from another. */
interface Borders {
  readonly vertical: Float64Array;
  readonly horizontal: Float64Array;
}

function bordersBetween({ values, rows, columns, channels, down, across }: Colours, first: number, second: number, scale: number): Borders {
  const size = rows * columns * channels;
  const apart = (from: number, to: number): number => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.abs(values[first * size + from * channels + c]! - values[second * size + to * channels + c]!);
    return sum;
  };
  const [blockRows, blockColumns] = [rows / down, columns / across];
  const vertical = new Float64Array((blockRows - 1) * blockColumns);
  const horizontal = new Float64Array(blockRows * (blockColumns - 1));
  for (let y = down - 1; y < rows - 1; y += down) {
    for (let x = 0; x < columns; x++) vertical[((y + 1) / down - 1) * blockColumns + Math.floor(x / across)]! += (scale * apart(y * columns + x, (y + 1) * columns + x)) / (channels * across);
  }
  for (let y = 0; y < rows; y++) {
    for (let x = across - 1; x < columns - 1; x += across) {
      horizontal[Math.floor(y / down) * (blockColumns - 1) + (x + 1) / across - 1]! += (scale * apart(y * columns + x, y * columns + x + 1)) / (channels * down);
    }
  }
  return { vertical, horizontal };
}

/** [labels]: −log of the binomial law of labels that λ gives. */
function priorOf(labels: number, lambda: number, scale: number): Float64Array {
  const last = labels - 1;
  let ways = 1;
  return Float64Array.from({ length: labels }, (_, i) => {
    if (i > 0) ways = (ways * (last - i + 1)) / i;
    return scale * -Math.log(ways * lambda ** (last - i) * (1 - lambda) ** i + 1e-8);
  });
}

/** Colour terms by who shows: the image itself (1) or its partner (2), above and left first. */
interface Crossings {
  readonly c11: Borders;
  readonly c12: Borders;
  readonly c21: Borders;
  readonly c22: Borders;
}

/** Adds the colour terms to the costs of showing image 1 and image 2, and gives the weights that are left to the edges. */
function shareColours(side: 'vertical' | 'horizontal', crossings: Crossings, blocks: number, one: Float64Array, two: Float64Array, beta: number): Float64Array {
  const [c11, c12, c21, c22] = [crossings.c11[side], crossings.c12[side], crossings.c21[side], crossings.c22[side]];
  return c11.map((_, edge) => {
    const cell = side === 'vertical' ? edge : Math.floor(edge / (blocks - 1)) * blocks + (edge % (blocks - 1));
    const other = cell + (side === 'vertical' ? blocks : 1);
    one[cell]! += (c12[edge]! + c11[edge]!) / 2;
    two[cell]! += (c21[edge]! + c22[edge]!) / 2;
    one[other]! += (c21[edge]! + c11[edge]!) / 2;
    two[other]! += (c12[edge]! + c22[edge]!) / 2;
    return Math.max((c12[edge]! + c21[edge]! - c11[edge]! - c22[edge]!) / 2 + beta, 0);
  });
}

function checkPuzzle(caller: string, { height, width, channels }: Puzzle, choice: PuzzleChoice): void {
  const { blocks, labels = 3, beta = 1.2, gamma = 0.5, eta = 0.2, neighSize = 4, mean = 0, std = 1 } = choice;
  checkWhole(caller, 'blocks', blocks);
  if (height % blocks !== 0 || width % blocks !== 0) throw new RangeError(`${caller}: blocks must divide the images' ${height} × ${width}, got ${blocks}`);
  if (![2, 3, 4].includes(labels)) throw new RangeError(`${caller}: labels must be 2, 3 or 4, got ${labels}`);
  checkWhole(caller, 'neighSize', neighSize);
  for (const [name, value] of Object.entries({ beta, eta })) {
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be >= 0, got ${value}`);
  }
  checkShare(caller, 'gamma', gamma);
  for (const [name, value] of Object.entries({ mean, std })) {
    if (typeof value !== 'number' && value.length !== channels) throw new RangeError(`${caller}: ${name} must be one number, or one for each of ${channels} channels, got ${value.length}`);
    if (![value].flat().every(Number.isFinite)) throw new RangeError(`${caller}: ${name} must be finite, got ${String(value)}`);
  }
}

/** `puzzleCosts`, which names another function in its errors. */
export function puzzleProblems(caller: string, batch: Batch, choice: PuzzleChoice): readonly GridProblem[] {
  const images = readImages(caller, batch);
  const saliency = readMaps(caller, batch, 'saliency');
  const [rows, height, width, channels] = images.shape as readonly [number, number, number, number];
  if (saliency.shape[1] !== height || saliency.shape[2] !== width) throw new RangeError(`${caller}: batch.saliency must have the images' size ${height} × ${width}, got ${saliency.shape.slice(1).join(' × ')}`);
  const { blocks, labels = 3, gamma = 0.5, eta = 0.2 } = choice;
  const puzzle = { rows, height, width, channels, blocks };
  checkPuzzle(caller, puzzle, choice);
  const partner = pairSources(caller, choice.partner).filter((_, i) => i % 2 === 1);
  if (partner.length !== rows) throw new RangeError(`${caller}: partner must have ${rows} values, got ${partner.length}`);
  const lambdas = readLambdas(caller, choice.lambda, rows);
  const cells = blocks * blocks;
  const beta = (choice.beta ?? 1.2) / blocks / 16;
  const shares = blockShares(saliency.data, { ...puzzle, channels: 1, blockHeight: height / blocks, blockWidth: width / blocks });
  const colours = coloursOf(images.data, puzzle, choice);
  const between = (first: number, second: number): Borders => bordersBetween(colours, first, second, beta * gamma);
  const alone = Array.from({ length: rows }, (_, row) => between(row, row));
  const labelCost = Float64Array.from({ length: labels * labels }, (_, at) => ((Math.floor(at / labels) - (at % labels)) / (labels - 1)) ** 2);
  return Array.from({ length: rows }, (_, row) => {
    const other = partner[row]!;
    const crossings = { c11: alone[row]!, c12: between(row, other), c21: between(other, row), c22: alone[other]! };
    const one = shares.slice(other * cells, (other + 1) * cells); // showing image 1 costs the saliency of image 2
    const two = shares.slice(row * cells, (row + 1) * cells);
    const vertical = shareColours('vertical', crossings, blocks, one, two, beta);
    const horizontal = shareColours('horizontal', crossings, blocks, one, two, beta);
    const prior = priorOf(labels, lambdas[lambdas.length === 1 ? 0 : row]!, eta / cells);
    const unary = new Float64Array(cells * labels);
    for (let at = 0; at < unary.length; at++) {
      const [cell, t] = [Math.floor(at / labels), (at % labels) / (labels - 1)];
      unary[at] = (1 - t) * one[cell]! + t * two[cell]! + prior[at % labels]!;
    }
    return { height: blocks, width: blocks, unary, vertical, horizontal, labelCost };
  });
}

/**
 * What the masks of PuzzleMix minimise, one grid of blocks for each image: block by block the saliency that a mask hides, how far colours are apart at borders between the two images,
 * and how far the mask is from λ. In doubles: the authors' code hands 1000 · blocks² times this, cut off to whole numbers, to its solver.
 *
 * Kim, Choo, Song, "Puzzle Mix: Exploiting Saliency and Local Statistics for Optimal Mixup", ICML 2020, arXiv 2009.06962, equations 3 to 6.
 *
 * @param batch with `images` and `saliency` of their size
 * @throws {RangeError} where these are missing, NaN or of other sizes; for partners out of range, λ outside [0, 1], blocks that do not divide the images
 */
export function puzzleCosts(batch: Batch, choice: PuzzleChoice): readonly GridProblem[] {
  return puzzleProblems('puzzleCosts', batch, choice);
}
