/**
 * Which images cost more in an output since the others show much of them. 'paper': those of which, with what is like them, the others show more than the threshold. 'reference': as the
 * authors' code, in which what is like such an image costs more too, but for nothing else than that image's sake.
 */
export type Crowding = 'paper' | 'reference';

/** The joint mixing of several images into as many outputs. */
export interface ComixProblem {
  /** Images that are mixed, and outputs. */
  readonly images: number;
  /** Cells per side. */
  readonly blocks: number;
  /** [cells, images]: what it costs to show each image at each cell. */
  readonly unary: Float64Array;
  /** [images, images]: how much the use of one image elsewhere counts for another. */
  readonly affinity: Float64Array;
  /** What it costs per edge that neighbouring cells show different images. */
  readonly beta: number;
  /** What it costs per pair of cells that two outputs show the same image. */
  readonly gamma: number;
  /** Cells of other outputs that an image may fill without cost. */
  readonly threshold: number;
  readonly crowding: Crowding;
}

/** Cells that each output gives to each image, [images, images], of shares [outputs, cells, images]. */
export function usageOf({ images, blocks }: ComixProblem, shares: Float64Array): Float64Array {
  const usage = new Float64Array(images * images);
  shares.forEach((share, at) => { usage[Math.floor(at / (blocks * blocks * images)) * images + (at % images)]! += share; });
  return usage;
}

/** Sum over outputs. */
export function totalOf(usage: Float64Array, images: number): Float64Array {
  const total = new Float64Array(images);
  usage.forEach((cells, at) => { total[at % images]! += cells; });
  return total;
}

/** Σ over neighbouring cells of all outputs of ‖share − share of the neighbour‖². */
function roughness({ images, blocks }: ComixProblem, shares: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < shares.length; at++) {
    const cell = Math.floor(at / images) % (blocks * blocks);
    if (cell % blocks < blocks - 1) sum += (shares[at]! - shares[at + images]!) ** 2;
    if (cell < blocks * (blocks - 1)) sum += (shares[at]! - shares[at + blocks * images]!) ** 2;
  }
  return sum;
}

/**
 * What Co-Mixup minimises over the shares of images in cells, [outputs, cells, images]: unary costs, beta / 2 of the roughness, and gamma for each pair of cells in two outputs that show
 * the same image. `thresholded`: only for images that fill more than `threshold` cells of the other outputs.
 *
 * Kim, Choo, Jeong, Song, "Co-Mixup", ICLR 2021, arXiv 2102.03065, equation 2.
 */
export function comixObjective(problem: ComixProblem, shares: Float64Array, thresholded = false): number {
  const { images, blocks, unary, beta, gamma, threshold } = problem;
  const usage = usageOf(problem, shares);
  const total = totalOf(usage, images);
  let objective = (beta / 2) * roughness(problem, shares);
  shares.forEach((share, at) => { objective += unary[at % (blocks * blocks * images)]! * share; });
  usage.forEach((cells, at) => {
    const others = total[at % images]! - cells;
    if (!thresholded || others > threshold) objective += gamma * others * cells;
  });
  return objective;
}
