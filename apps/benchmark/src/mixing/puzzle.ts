import { type Batch, orderedCut, puzzleCosts, puzzlemixPlan, puzzleTransport } from '@mixwell/mix-core';
import { createRng, hostTensor, permutation, type Rng, uniform } from '@mixwell/tensor';
import type { Work } from '../harness/serve.ts';

/** Images whose masks and transport are computed in one step. */
export interface PuzzleCase {
  readonly name: string;
  readonly batch: number;
  /** Height and width, pixels. */
  readonly side: number;
  /** Blocks per side. */
  readonly blocks: number;
  /** Pixels per side of the tiles that are moved; 0: the blocks. */
  readonly tile: number;
}

/** CIFAR's sizes with each number of blocks that PuzzleMix draws, ImageNet's with its finest. */
export const puzzleCases: readonly PuzzleCase[] = [
  { name: 'puzzlemix-32-b2', batch: 100, side: 32, blocks: 2, tile: 4 },
  { name: 'puzzlemix-32-b4', batch: 100, side: 32, blocks: 4, tile: 4 },
  { name: 'puzzlemix-32-b8', batch: 100, side: 32, blocks: 8, tile: 4 },
  { name: 'puzzlemix-32-b16', batch: 100, side: 32, blocks: 16, tile: 4 },
  { name: 'puzzlemix-224-b8', batch: 32, side: 224, blocks: 8, tile: 0 },
];

/** λ of all images. */
const LAMBDA = 0.4;

/** Batches that are used in turn, as many as in python/puzzlemix.py. */
const BATCHES = 4;

/** [side, side]: uniform numbers on a coarse grid, linear between half-pixel centres. */
function smooth(rng: Rng, coarse: number, side: number): Float32Array {
  const grid = Float32Array.from({ length: coarse * coarse }, () => uniform(rng));
  const blends = Array.from({ length: side }, (_, i) => {
    const at = Math.max(((i + 0.5) * coarse) / side - 0.5, 0);
    return { low: Math.floor(at), high: Math.min(Math.floor(at) + 1, coarse - 1), share: at - Math.floor(at) };
  });
  return Float32Array.from({ length: side * side }, (_, at) => {
    const [y, x] = [blends[Math.floor(at / side)]!, blends[at % side]!];
    const row = (line: number): number => grid[line * coarse + x.low]! * (1 - x.share) + grid[line * coarse + x.high]! * x.share;
    return row(y.low) * (1 - y.share) + row(y.high) * y.share;
  });
}

/** Smooth images with noise, and saliency that is high in some places: what python/puzzlemix.py draws, by other random numbers. */
function drawBatch(rng: Rng, { batch: rows, side }: PuzzleCase): Batch {
  const pixels = side * side;
  const [images, saliency] = [new Float32Array(rows * pixels * 3), new Float32Array(rows * pixels)];
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < 3; c++) smooth(rng, 8, side).forEach((value, at) => { images[(row * pixels + at) * 3 + c] = (value + 0.2 * uniform(rng)) / 1.2; });
    smooth(rng, 4, side).forEach((value, at) => { saliency[row * pixels + at] = value ** 4 * uniform(rng) + 1e-3; });
  }
  return { rows, height: side, width: side, images: hostTensor('float32', [rows, side, side, 3], images), saliency: hostTensor('float32', [rows, side, side], saliency) };
}

/** [rows, places, places]: the saliency of each tile as a share of its image's. */
function tileShares({ rows, width: side, saliency }: Batch, places: number): Float64Array {
  const shares = new Float64Array(rows * places * places);
  const sums = new Float64Array(rows);
  saliency!.data.forEach((value, at) => {
    const [row, y, x] = [Math.floor(at / side! ** 2), Math.floor(at / side!) % side!, at % side!];
    shares[(row * places + Math.floor((y * places) / side!)) * places + Math.floor((x * places) / side!)]! += value;
    sums[row]! += value;
  });
  return shares.map((share, at) => share / sums[Math.floor(at / places ** 2)]!);
}

/** Graph cuts and transport of one batch whose costs are known. */
function solver({ batch: rows, side, blocks, tile }: PuzzleCase, batch: Batch, partner: Int32Array): () => void {
  const places = side / (Math.min(tile, side / blocks) || side / blocks);
  const problems = puzzleCosts(batch, { partner, lambda: LAMBDA, blocks });
  const count = places ** 2;
  const shares = tileShares(batch, places);
  const saliency = Float64Array.from({ length: 2 * rows * count }, (_, i) => {
    const row = Math.floor(i / (2 * count));
    return shares[(Math.floor(i / count) % 2 === 0 ? row : partner[row]!) * count + (i % count)]!;
  });
  return () => {
    const cut = orderedCut(problems[0]!);
    const mask = new Float64Array(2 * rows * count);
    for (let row = 0; row < rows; row++) {
      const labels = cut(problems[row]!);
      for (let place = 0; place < count; place++) {
        const weight = 1 - labels[Math.floor((Math.floor(place / places) * blocks) / places) * blocks + Math.floor(((place % places) * blocks) / places)]! / 2;
        mask[2 * row * count + place] = weight;
        mask[(2 * row + 1) * count + place] = 1 - weight;
      }
    }
    puzzleTransport({ rows: places, columns: places, mask, saliency });
  };
}

/** What is timed: 'solve', graph cuts and transport of costs that are known, or 'plan', the costs too. Pixels are mixed in neither. */
export type PuzzleMode = 'solve' | 'plan';

/** The step of ours against python/puzzlemix.py, which is called with the same mode and sizes. */
export function preparePuzzle(one: PuzzleCase, mode: PuzzleMode, version: string): Work {
  const rng = createRng(0);
  const { blocks, tile } = one;
  const steps = Array.from({ length: BATCHES }, () => {
    const batch = drawBatch(rng, one);
    const partner = permutation(rng, one.batch);
    if (mode === 'solve') return solver(one, batch, partner);
    return () => { puzzlemixPlan(batch, { partner, lambda: LAMBDA, blocks, ...(tile > 0 && { tileSize: tile }) }); };
  });
  let count = 0;
  return { version, step: () => steps[count++ % BATCHES]!() };
}
