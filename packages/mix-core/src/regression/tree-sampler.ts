import { integer, type Rng, uniform } from '@mixwell/tensor';
import { type CellTree, cellTree, far, isLeaf, near } from './cell-tree.ts';
import { kernels, type KernelOptions } from './kernel.ts';
import type { Vectors } from './vectors.ts';

/** Draws the partner of one anchor. */
export type Draw = (anchor: number, rng: Rng) => number;

/** What an anchor sees. */
interface View {
  readonly tree: CellTree;
  readonly weight: (distance: number, nearest: number) => number;
  readonly bandwidth: number;
  readonly excludeSelf: boolean;
  /** Place of the anchor. */
  readonly self: number;
  /** [dim]: the anchor. */
  readonly y: Float64Array;
  /** Distance of the nearest point that counts: 0, or that of another point. */
  readonly nearest: number;
}

/** A node of the tree, or a single point of a leaf: bounds of the weight that its members have together. */
interface Cell {
  readonly node: number;
  /** The stretch of places. */
  readonly start: number;
  readonly end: number;
  /** The largest weight that a member can have. */
  readonly most: number;
  readonly upper: number;
  readonly lower: number;
}

const pointDistance = ({ tree, y, bandwidth }: View, place: number): number => near(tree.points, place * tree.dim, 0, y, bandwidth);

function boxCell({ tree: { boxes, dim }, y, bandwidth, weight, nearest, excludeSelf, self }: View, node: number, start: number, end: number): Cell {
  const most = weight(near(boxes, node * 2 * dim, dim, y, bandwidth), nearest);
  const least = most === 0 ? 0 : weight(far(boxes, node * 2 * dim, y, bandwidth), nearest);
  const own = excludeSelf && self >= start && self < end ? 1 : 0;
  return { node, start, end, most, upper: (end - start) * most, lower: (end - start - own) * least };
}

/** Both halves of a node, or the points of a leaf. */
function open(view: View, { node, start, end }: Cell, into: Cell[]): void {
  if (!isLeaf(start, end)) {
    const middle = (start + end) >> 1;
    into.push(boxCell(view, 2 * node + 1, start, middle), boxCell(view, 2 * node + 2, middle, end));
    return;
  }
  for (let place = start; place < end; place++) {
    const most = view.excludeSelf && place === view.self ? 0 : view.weight(pointDistance(view, place), view.nearest);
    into.push({ node: -1, start: place, end: place + 1, most, upper: most, lower: most });
  }
}

/** Cells that hold all points but those of weight 0, with bounds as tight as pays: a proposal that is refused costs less than many cells. */
function cellsOf(view: View): Cell[] {
  let cells = [boxCell(view, 0, 0, view.tree.order.length)];
  for (;;) {
    let upper = 0;
    let lower = 0;
    for (const cell of cells) {
      upper += cell.upper;
      lower += cell.lower;
    }
    if (upper <= lower * Math.max(1.6, cells.length / 4)) return cells;
    const loose = (0.99 * (upper - lower)) / cells.length; // at least one cell is as loose as the mean
    const next: Cell[] = [];
    for (const cell of cells) {
      if (cell.upper - cell.lower >= loose) open(view, cell, next);
      else if (cell.upper > 0) next.push(cell);
    }
    cells = next;
  }
}

/** Distance of the nearest other point. */
function nearestOther(tree: CellTree, y: Float64Array, bandwidth: number, self: number): number {
  const { boxes, points, order, dim } = tree;
  const search = (node: number, start: number, end: number, best: number): number => {
    if (near(boxes, node * 2 * dim, dim, y, bandwidth) >= best) return best;
    if (isLeaf(start, end)) {
      let nearest = best;
      for (let place = start; place < end; place++) if (place !== self) nearest = Math.min(nearest, near(points, place * dim, 0, y, bandwidth));
      return nearest;
    }
    const middle = (start + end) >> 1;
    const left = (from: number): number => search(2 * node + 1, start, middle, from);
    const right = (from: number): number => search(2 * node + 2, middle, end, from);
    return self < middle ? right(left(best)) : left(right(best));
  };
  return search(0, 0, order.length, Infinity);
}

/**
 * Exact draws by rejection. Nodes of a k-d tree are opened, those with the widest bounds first, until their lower bounds are a good part of the upper ones; a node
 * is proposed by its upper bound, a member of it uniformly, and accepted with the share of its weight in the bound: so each comes in proportion to its weight.
 */
export function treeSampler(vectors: Vectors, { bandwidth, kernel = 'gaussian', excludeSelf = false }: KernelOptions): Draw {
  const tree = cellTree(vectors);
  const { order, places, points, dim } = tree;
  const weight = kernels[kernel];
  const look = (self: number): { view: View; cells: Cell[]; total: number } => {
    const y = points.subarray(self * dim, (self + 1) * dim);
    const nearest = excludeSelf ? nearestOther(tree, y, bandwidth, self) : 0;
    const view: View = { tree, weight, bandwidth, excludeSelf, self, y, nearest };
    const cells = cellsOf(view);
    return { view, cells, total: cells.reduce((sum, cell) => sum + cell.upper, 0) };
  };
  let seen = look(0); // kept for further draws of the same anchor
  return (anchor, rng) => {
    const self = places[anchor]!;
    if (seen.view.self !== self) seen = look(self);
    const { view, cells, total } = seen;
    for (;;) {
      let u = uniform(rng) * total;
      const cell = cells.find(({ upper }) => (u -= upper) < 0);
      if (!cell) continue; // rounding
      const place = integer(rng, cell.start, cell.end);
      if (excludeSelf && place === self) continue;
      if (uniform(rng) * cell.most < view.weight(pointDistance(view, place), view.nearest)) return order[place]!;
    }
  };
}
