import { checkWhole } from '../check.ts';
import { blockAssignment, type BlockGrid, placingCost } from './block-assignment.ts';

/** How blocks of an image are moved into the part of it that shows. */
export type Transport = 'assignment' | 'reference' | 'none';

export interface TransportChoice {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], or [images, rows, columns]: what the image weighs at each place, in [0, 1]. It is worth moving a block to where this is > 0. */
  readonly mask: ArrayLike<number>;
  /** As `mask`, ≥ 0: how much each block matters. */
  readonly saliency: ArrayLike<number>;
  /** What distance costs: eps · squared distance / (side − 1)², the longer side. Default 0.8. */
  readonly eps?: number;
  /**
   * 'assignment' (default): the cheapest of all permutations. 'reference': rounds of picking in which the cheaper picker wins, as in the authors' code, whose last winners need not
   * fill all places. 'none': every block stays.
   */
  readonly transport?: Transport;
}

/** The first place of least cost. */
function cheapestPlace(cost: Float32Array, blocks: number, from: number): number {
  let best = 0;
  for (let to = 1; to < blocks; to++) {
    if (cost[from * blocks + to]! < cost[from * blocks + best]!) best = to;
  }
  return best;
}

/**
 * Who wins each place in one round: of those that picked it the one with the least cost, unless that is above 0 (or 0 and a block that did not pick it comes earlier): the authors'
 * code compares with all blocks, and those that did not pick the place count as 0.
 */
function winners(cost: Float32Array, blocks: number, picks: Int32Array): Int32Array {
  const best = new Int32Array(blocks).fill(-1);
  const otherwise = new Int32Array(blocks).fill(blocks);
  picks.forEach((place, from) => {
    if (best[place] === -1 || cost[from * blocks + place]! < cost[best[place]! * blocks + place]!) best[place] = from;
  });
  for (let place = 0; place < blocks; place++) {
    const first = picks.findIndex((pick) => pick !== place);
    if (first !== -1) otherwise[place] = first;
  }
  return best.map((from, place) => {
    if (from === -1 || otherwise[place] === blocks) return from;
    const least = cost[from * blocks + place]!;
    return least < 0 || (least === 0 && from < otherwise[place]!) ? from : -1;
  });
}

/** The authors' rounds, in float32 as theirs: ties are decided alike. */
function pickInRounds(grid: BlockGrid, rounds: number): Int32Array {
  const blocks = grid.rows * grid.columns;
  const cost = Float32Array.from({ length: blocks * blocks }, (_, at) => placingCost(grid, Math.floor(at / blocks), at % blocks));
  const picks = Int32Array.from({ length: blocks }, (_, from) => cheapestPlace(cost, blocks, from));
  let tiles = winners(cost, blocks, picks);
  for (let round = 1; round < rounds; round++) {
    const losers = Array.from(picks.keys()).filter((from) => tiles[picks[from]!] !== from);
    for (const from of losers) cost[from * blocks + picks[from]!]! += 1;
    for (const from of losers) picks[from] = cheapestPlace(cost, blocks, from);
    tiles = winners(cost, blocks, picks);
  }
  return tiles;
}

/** @throws {RangeError} for an unknown way of transport, a negative or infinite eps */
export function checkTransport(caller: string, transport: Transport, eps: number, name = 'eps'): void {
  if (!['assignment', 'reference', 'none'].includes(transport)) throw new RangeError(`${caller}: transport must be 'assignment', 'reference' or 'none', got '${transport}'`);
  if (!(eps >= 0 && eps < Infinity)) throw new RangeError(`${caller}: ${name} must be >= 0, got ${eps}`);
}

function checkChoice({ rows, columns, mask, saliency, eps = 0.8, transport = 'assignment' }: TransportChoice): void {
  checkWhole('puzzleTransport', 'rows', rows);
  checkWhole('puzzleTransport', 'columns', columns);
  checkTransport('puzzleTransport', transport, eps);
  const count = rows * columns;
  if (mask.length === 0 || mask.length % count !== 0) throw new RangeError(`puzzleTransport: mask must have ${count} values for each image, got ${mask.length}`);
  if (saliency.length !== mask.length) throw new RangeError(`puzzleTransport: saliency must have ${mask.length} values, as mask, got ${saliency.length}`);
  for (let i = 0; i < mask.length; i++) {
    if (!(mask[i]! >= 0 && mask[i]! <= 1)) throw new RangeError(`puzzleTransport: mask[${i}] must be in [0, 1], got ${mask[i]}`);
    if (!(saliency[i]! >= 0 && saliency[i]! < Infinity)) throw new RangeError(`puzzleTransport: saliency[${i}] must be >= 0, got ${saliency[i]}`);
  }
}

/**
 * Moves salient blocks of an image into the part of it that the mask shows, near ones first: minimises Σ eps · distance(from, to)² − saliency(from) · [mask(to) > 0].
 *
 * Kim, Choo, Song, "Puzzle Mix", ICML 2020, arXiv 2009.06962, section 3.3.
 *
 * @returns [rows · columns], or [images, rows · columns]: the block that each place shows, or −1 for none ('reference' only)
 * @throws {RangeError} where sizes do not fit, the mask is outside [0, 1], saliency or eps are negative or NaN
 */
export function puzzleTransport(choice: TransportChoice): Int32Array {
  checkChoice(choice);
  const { rows, columns, mask, saliency, eps = 0.8, transport = 'assignment' } = choice;
  const count = rows * columns;
  const tiles = new Int32Array(mask.length);
  for (let i = 0; i < tiles.length; i++) tiles[i] = i % count;
  if (transport === 'none' || count === 1) return tiles;
  const longer = Math.max(rows, columns);
  const grid = { rows, columns, unit: eps / (longer - 1) ** 2, saliency: new Float64Array(count), shown: new Uint8Array(count) };
  const assign = blockAssignment(grid);
  for (let start = 0; start < tiles.length; start += count) {
    for (let i = 0; i < count; i++) {
      grid.saliency[i] = saliency[start + i]!;
      grid.shown[i] = mask[start + i]! > 0 ? 1 : 0;
    }
    if (transport === 'reference') {
      tiles.set(pickInRounds(grid, longer), start);
    } else {
      const { places } = assign();
      for (let block = 0; block < count; block++) tiles[start + places[block]!] = block;
    }
  }
  return tiles;
}
