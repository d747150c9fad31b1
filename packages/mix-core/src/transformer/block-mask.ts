import { checkWhole } from '../check.ts';

/** Where the numbers of a block mask come from: a generator, or a list of draws that are known. */
export interface BlockDraws {
  /** A number in [low, high]. */
  readonly uniform: (low: number, high: number) => number;
  /** A whole number in [low, high). */
  readonly integer: (low: number, high: number) => number;
}

export interface BlockMaskOptions {
  /** Size of the grid of tokens. */
  readonly height: number;
  readonly width: number;
  /** How many tokens to mark, at most those of the grid. */
  readonly tokens: number;
  /** Blocks are between `minAspect` and 1 / `minAspect` as high as wide, in (0, 1]. Default 0.3. */
  readonly minAspect?: number;
}

/** Blocks that may be dropped in a row. */
const ATTEMPTS = 10;

/** Ties go to the even number, as in Python. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Marks one block if it adds between 1 and `missing` tokens; says how many it added. */
function addBlock(mask: Uint8Array, { height, width, minAspect }: Required<Omit<BlockMaskOptions, 'tokens'>>, missing: number, draws: BlockDraws): number {
  const area = draws.uniform(1, missing);
  const limit = Math.log(minAspect);
  const aspect = Math.exp(draws.uniform(limit, -limit));
  const [h, w] = [roundHalfToEven(Math.sqrt(area * aspect)), roundHalfToEven(Math.sqrt(area / aspect))];
  if (h >= height || w >= width) return 0;
  const top = draws.integer(0, height - h + 1);
  const left = draws.integer(0, width - w + 1);
  const fresh = Array.from({ length: h * w }, (_, i) => (top + Math.floor(i / w)) * width + left + (i % w)).filter((at) => mask[at] === 0);
  if (fresh.length > missing) return 0;
  for (const at of fresh) mask[at] = 1;
  return fresh.length;
}

/**
 * A mask made of blocks that may overlap. Each block has an area from U(1, tokens that are missing), the logarithm of its aspect ratio (height / width) from a uniform law,
 * and a uniform place; it is dropped where it does not fit into the grid with a token to spare in both directions, adds nothing, or adds too much. Draws the area, the
 * logarithm, then, where the block fits, top and left. Ends when all tokens are marked, or 10 blocks in a row were dropped: some tokens may be missing then.
 *
 * Bao, Dong, Piao, Wei, "BEiT", ICLR 2022, arXiv 2106.08254, algorithm 1, in the form that TokenMix gives it.
 *
 * @returns [height, width]: 1 where a block lies, else 0
 * @throws {RangeError} for sizes that are no whole numbers ≥ 1, tokens outside of the grid, an aspect ratio outside (0, 1]
 */
export function blockMask({ height, width, tokens, minAspect = 0.3 }: BlockMaskOptions, draws: BlockDraws): Uint8Array {
  checkWhole('blockMask', 'height', height);
  checkWhole('blockMask', 'width', width);
  checkWhole('blockMask', 'tokens', tokens, 0);
  if (tokens > height * width) throw new RangeError(`blockMask: tokens must be at most ${height} × ${width}, got ${tokens}`);
  if (!(minAspect > 0 && minAspect <= 1)) throw new RangeError(`blockMask: minAspect must be in (0, 1], got ${minAspect}`);
  const mask = new Uint8Array(height * width);
  let [missing, dropped] = [tokens, 0];
  while (missing > 0 && dropped < ATTEMPTS) {
    const added = addBlock(mask, { height, width, minAspect }, missing, draws);
    missing -= added;
    dropped = added > 0 ? 0 : dropped + 1;
  }
  return mask;
}
