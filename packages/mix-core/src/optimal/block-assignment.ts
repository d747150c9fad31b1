const NONE = -1;

/** Blocks of an image, and the places that they may go to. */
export interface BlockGrid {
  readonly rows: number;
  readonly columns: number;
  /** What it costs to move a block by one place; by a distance d, d² times that. */
  readonly unit: number;
  /** [rows, columns], ≥ 0: what it is worth to show a block. */
  readonly saliency: ArrayLike<number>;
  /** [rows, columns]: 1 for places that show. */
  readonly shown: Uint8Array;
}

export interface BlockAssignment {
  /** [blocks]: the place of each block, all different. */
  readonly places: Int32Array;
  /** [blocks] and [places]: prices that prove it cheapest. No pair costs less than its two prices, and assigned ones cost just that. */
  readonly blockPrices: Float64Array;
  readonly placePrices: Float64Array;
}

/** What it costs to have a block at a place: unit · distance², less its saliency where the place shows. */
export function placingCost({ columns, unit, saliency, shown }: BlockGrid, block: number, place: number): number {
  const down = Math.floor(block / columns) - Math.floor(place / columns);
  const across = (block % columns) - (place % columns);
  return unit * (down * down + across * across) - shown[place]! * saliency[block]!;
}

/** Visits the places to which moving a block costs less than `limit`, distance alone, and perhaps others. */
function eachNear({ rows, columns, unit }: BlockGrid, block: number, limit: number, visit: (place: number) => void): void {
  const reach = unit > 0 ? Math.floor(Math.sqrt(Math.max(limit, 0) / unit)) : Infinity;
  const [y, x] = [Math.floor(block / columns), block % columns];
  const [left, right] = [Math.max(x - reach, 0), Math.min(x + reach, columns - 1)];
  for (let row = Math.max(y - reach, 0); row <= Math.min(y + reach, rows - 1); row++) {
    for (let place = row * columns + left; place <= row * columns + right; place++) visit(place);
  }
}

/** A state of the assignment, and of the search for a place for one more block. */
interface State extends BlockAssignment {
  readonly grid: BlockGrid;
  /** [places]: the block at each, or NONE. */
  readonly blocks: Int32Array;
  /** [places]: what the cheapest known way to each costs above the prices. */
  readonly way: Float64Array;
  /** [places]: the block that would move there. */
  readonly mover: Int32Array;
  /** [places]: whether the cheapest way is settled. */
  readonly settled: Uint8Array;
}

/** Gives every block its cheapest place while that is free; those that are shown already stay. @returns blocks that are left */
function placeGreedily({ grid, places, blocks, blockPrices }: State): readonly number[] {
  const { shown, saliency } = grid;
  const left: number[] = [];
  for (const turn of [1, 0]) {
    for (let block = 0; block < places.length; block++) {
      if (shown[block] !== turn) continue;
      let best = block;
      let least = placingCost(grid, block, block);
      if (turn === 0) {
        eachNear(grid, block, saliency[block]!, (place) => {
          const cost = placingCost(grid, block, place);
          if (cost >= least) return;
          least = cost;
          best = place;
        });
      }
      blockPrices[block] = least;
      if (blocks[best] === NONE) {
        places[block] = best;
        blocks[best] = block;
      } else {
        left.push(block);
      }
    }
  }
  return left;
}

/** The cheapest way by which a block finds a place, others making room (Dijkstra). @returns the free place at its end; places that were met, that one included, are in `met` */
function findPlace(state: State, start: number, met: number[]): number {
  const { grid, blocks, blockPrices, placePrices, way, mover, settled } = state;
  let least = 0;
  let end = NONE;
  for (let block = start; ;) {
    const sofar = least - blockPrices[block]!;
    // prices of places are <= 0: nothing farther than this is on a cheaper way than one that is known
    const limit = end === NONE ? Infinity : way[end]! - sofar + grid.saliency[block]!;
    const from = block;
    eachNear(grid, block, limit, (place) => {
      if (settled[place]) return;
      const length = sofar + placingCost(grid, from, place) - placePrices[place]!;
      if (length >= way[place]!) return;
      if (way[place] === Infinity) met.push(place);
      way[place] = length;
      mover[place] = from;
      if (blocks[place] === NONE && (end === NONE || length < way[end]!)) end = place;
    });
    let next = NONE;
    for (const place of met) {
      if (!settled[place] && (next === NONE || way[place]! < way[next]!)) next = place;
    }
    if (end !== NONE && way[end]! <= way[next]!) return end;
    settled[next] = 1;
    least = way[next]!;
    block = blocks[next]!;
  }
}

/** Finds a place for one more block, moves those that make room, and corrects the prices. */
function augment(state: State, start: number): void {
  const { places, blocks, blockPrices, placePrices, way, mover, settled } = state;
  const met: number[] = [];
  const end = findPlace(state, start, met);
  const total = way[end]!;
  blockPrices[start]! += total;
  for (const place of met) {
    if (settled[place]) {
      blockPrices[blocks[place]!]! += total - way[place]!;
      placePrices[place]! -= total - way[place]!;
    }
    way[place] = Infinity;
    settled[place] = 0;
  }
  for (let place = end, block = NONE; block !== start;) {
    block = mover[place]!;
    const before = places[block]!;
    blocks[place] = block;
    places[block] = place;
    place = before;
  }
}

/**
 * Gives every block of an image a place of its own, as cheaply as any permutation can: a linear assignment, solved exactly by shortest augmenting paths (Jonker, Volgenant, Computing
 * 1987) that look no farther than moving may pay.
 *
 * @param grid read anew at each call of the function that comes back: its saliency and what is shown may have changed
 * @returns a function whose result is overwritten by its next call
 */
export function blockAssignment(grid: BlockGrid): () => BlockAssignment {
  const size = grid.rows * grid.columns;
  const state: State = {
    grid, places: new Int32Array(size), blocks: new Int32Array(size), blockPrices: new Float64Array(size), placePrices: new Float64Array(size),
    way: new Float64Array(size).fill(Infinity), mover: new Int32Array(size), settled: new Uint8Array(size),
  };
  return () => {
    state.blocks.fill(NONE);
    state.placePrices.fill(0);
    for (const block of placeGreedily(state)) augment(state, block);
    return state;
  };
}
