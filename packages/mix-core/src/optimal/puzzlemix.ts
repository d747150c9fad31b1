import { integer, type Rng } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import type { MaskPlan } from '../plan/plan.ts';
import { lambdaDraw, type PairOptions } from '../policy/draw-lambda.ts';
import { readSize } from '../policy/evidence.ts';
import { drawPartner } from '../policy/partner.ts';
import { type Batch, definePolicy, type Policy } from '../policy/policy.ts';
import { maskPlan } from '../static/mask-plan.ts';
import { blockShares } from './block-means.ts';
import { orderedCut } from './ordered-cut.ts';
import { type PuzzleChoice, type PuzzleOptions, puzzleProblems } from './puzzle-costs.ts';
import { checkTransport, puzzleTransport, type Transport } from './puzzle-transport.ts';

export interface TransportOptions {
  /** 'assignment' (default), 'reference' or 'none'; see `puzzleTransport`. */
  readonly transport?: Transport;
  /** What moving costs; see `puzzleTransport`. Default 0.8. */
  readonly transportEps?: number;
  /** Pixels per side of the tiles that are moved, at most a block's, which it must divide. Default: the blocks themselves. */
  readonly tileSize?: number;
}

export type PuzzlemixChoice = PuzzleChoice & TransportOptions;

/** Sides of the tiles of an image with blocks of this size; undefined where they do not divide the blocks. */
function tileSides(blockHeight: number, blockWidth: number, tileSize: number | undefined): readonly [height: number, width: number] | undefined {
  const [height, width] = [Math.min(tileSize ?? blockHeight, blockHeight), Math.min(tileSize ?? blockWidth, blockWidth)];
  return blockHeight % height === 0 && blockWidth % width === 0 ? [height, width] : undefined;
}

/** [rows, 2, tiles]: which tile of the image, and of its partner, each place shows. */
function transported(caller: string, batch: Batch, keep: Float64Array, { blocks, partner, tileSize, transport = 'assignment', transportEps: eps = 0.8 }: PuzzlemixChoice): Pick<MaskPlan, 'tiles' | 'tileRows' | 'tileColumns'> {
  const [rows, height, width] = readSize(caller, batch);
  const sides = tileSides(height / blocks, width / blocks, tileSize);
  if (!sides) throw new RangeError(`${caller}: tileSize must divide the blocks of ${height / blocks} × ${width / blocks}, got ${tileSize}`);
  const [blockHeight, blockWidth] = sides;
  const [tileRows, tileColumns] = [height / blockHeight, width / blockWidth];
  const count = tileRows * tileColumns;
  const shares = blockShares(batch.saliency!.data, { rows, height, width, channels: 1, blockHeight, blockWidth });
  const [mask, saliency] = [new Float64Array(rows * 2 * count), new Float64Array(rows * 2 * count)];
  for (let row = 0; row < rows; row++) {
    saliency.set(shares.subarray(row * count, (row + 1) * count), 2 * row * count);
    saliency.set(shares.subarray(partner[row]! * count, (partner[row]! + 1) * count), (2 * row + 1) * count);
    for (let tile = 0; tile < count; tile++) {
      const [y, x] = [Math.floor(tile / tileColumns), tile % tileColumns];
      const weight = keep[(row * blocks + Math.floor((y * blocks) / tileRows)) * blocks + Math.floor((x * blocks) / tileColumns)]!;
      mask[2 * row * count + tile] = weight;
      mask[(2 * row + 1) * count + tile] = 1 - weight;
    }
  }
  const tiles = puzzleTransport({ rows: tileRows, columns: tileColumns, mask, saliency, eps, transport });
  return { tiles, tileRows, tileColumns };
}

function checkTransportOptions(caller: string, { transport = 'assignment', transportEps = 0.8, tileSize = 1 }: TransportOptions): void {
  checkTransport(caller, transport, transportEps, 'transportEps');
  checkWhole(caller, 'tileSize', tileSize);
}

function planPuzzle(caller: string, batch: Batch, choice: PuzzlemixChoice): MaskPlan {
  const { blocks, partner, labels = 3, transport = 'assignment' } = choice;
  checkTransportOptions(caller, choice);
  const problems = puzzleProblems(caller, batch, choice);
  const cells = blocks * blocks;
  const keep = new Float64Array(problems.length * cells);
  const cut = orderedCut(problems[0]!);
  problems.forEach((problem, row) => cut(problem).forEach((label, cell) => { keep[row * cells + cell] = 1 - label / (labels - 1); }));
  const plan = maskPlan({ height: blocks, width: blocks, partner, keep });
  return transport === 'none' ? plan : { ...plan, ...transported(caller, batch, keep, choice) };
}

/**
 * The plan of PuzzleMix for partners, λ and a number of blocks that are known: each block shows the image, its partner, or a step between, so that as much saliency shows as
 * can with smooth masks; then the blocks of both images are moved to where they show. Labels count by the mean of the mask.
 *
 * @param batch with `images` and `saliency` of their size
 * @throws {RangeError} as `puzzleCosts` and `puzzleTransport`; for tiles that do not divide the blocks
 */
export function puzzlemixPlan(batch: Batch, choice: PuzzlemixChoice): MaskPlan {
  return planPuzzle('puzzlemixPlan', batch, choice);
}

export interface PuzzlemixOptions extends PairOptions, PuzzleOptions, TransportOptions {
  /** Numbers of blocks per side, of which one is drawn for each batch: of those that divide the images (and whose blocks the tiles divide). Default [2, 4, 8, 16]. */
  readonly blocks?: readonly number[];
}

function drawBlocks(rng: Rng, batch: Batch, candidates: readonly number[], tileSize: number | undefined): number {
  const [, height, width] = readSize('puzzlemix', batch);
  const fitting = candidates.filter((blocks) => height % blocks === 0 && width % blocks === 0 && tileSides(height / blocks, width / blocks, tileSize));
  if (fitting.length === 0) {
    const tiles = tileSize === undefined ? '' : ` into blocks that tiles of ${tileSize} divide`;
    throw new RangeError(`puzzlemix: blocks must hold a number that divides the images' ${height} × ${width}${tiles}, got [${candidates.join(', ')}]`);
  }
  return fitting[integer(rng, 0, fitting.length)]!;
}

/**
 * PuzzleMix: masks of blocks that show what is salient in either image, found exactly by a graph cut, and blocks moved so that more of it shows, by an exact assignment. Reads
 * `images` and `saliency`, such as the gradient of the loss of the unmixed images, of the batch. Draws λ ~ Beta(alpha, alpha), then partners, then the number of blocks.
 *
 * Kim, Choo, Song, "Puzzle Mix: Exploiting Saliency and Local Statistics for Optimal Mixup", ICML 2020, arXiv 2009.06962. The adversarial noise that the authors add to
 * some of the images is no part of it.
 *
 * @throws {RangeError} for options out of range; when drawing, for missing evidence, and sizes that no number of blocks divides
 */
export function puzzlemix(options: PuzzlemixOptions = {}): Policy {
  const { blocks: candidates = [2, 4, 8, 16], partner: rule = 'permutation', tileSize } = options;
  const draw = lambdaDraw('puzzlemix', options);
  if (candidates.length === 0) throw new RangeError('puzzlemix: blocks must hold at least one number, got none');
  candidates.forEach((blocks, i) => checkWhole('puzzlemix', `blocks[${i}]`, blocks));
  checkTransportOptions('puzzlemix', options);
  return definePolicy(['images', 'saliency'], (rng, batch) => {
    const [rows] = readSize('puzzlemix', batch);
    const lambda = draw(rng, rows);
    const partner = drawPartner(rng, rows, rule);
    return planPuzzle('puzzlemix', batch, { ...options, lambda, partner, blocks: drawBlocks(rng, batch, candidates, tileSize) });
  });
}
