import { type Batch, puzzlemixPlan } from '@mixwell/mix-core';
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

/** The step of ours against python/puzzlemix.py: costs, graph cuts and transport of one batch, without mixing its pixels. */
export function preparePuzzle(one: PuzzleCase, version: string): Work {
  const rng = createRng(0);
  const batches = Array.from({ length: BATCHES }, () => ({ batch: drawBatch(rng, one), partner: permutation(rng, one.batch) }));
  const { blocks, tile } = one;
  let count = 0;
  const step = (): void => {
    const { batch, partner } = batches[count++ % BATCHES]!;
    puzzlemixPlan(batch, { partner, lambda: 0.4, blocks, labels: 3, ...(tile > 0 && { tileSize: tile }) });
  };
  return { version, step };
}
