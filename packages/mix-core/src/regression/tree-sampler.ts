import { integer, type Rng, uniform } from '@mixwell/tensor';
import { cellTree, isLeaf } from './cell-tree.ts';
import { kernels, type KernelOptions } from './kernel.ts';
import type { Vectors } from './vectors.ts';

/** Draws the partner of one anchor. */
export type Draw = (anchor: number, rng: Rng) => number;

/** A node of the tree, or a single point of a leaf, seen from an anchor: bounds of the weight that its members have together. */
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

/**
 * Distance of the nearest point of the box at `at`, in bandwidths; `span` is dim, or 0 for the box that is a point. Rounds as the distance of any point in the box
 * does, so that the bounds hold exactly.
 */
function near(boxes: Float64Array, at: number, span: number, y: Float64Array, bandwidth: number): number {
  const dim = y.length;
  let sum = 0;
  for (let d = 0; d < dim; d++) {
    const below = boxes[at + d]! - y[d]!;
    const above = boxes[at + span + d]! - y[d]!;
    const t = (below > 0 ? below : above < 0 ? -above : 0) / bandwidth;
    if (dim === 1) return t;
    sum += t * t;
  }
  return Math.sqrt(sum);
}

/** Distance of the farthest corner of the box at `at`, in bandwidths. */
function far(boxes: Float64Array, at: number, y: Float64Array, bandwidth: number): number {
  const dim = y.length;
  let sum = 0;
  for (let d = 0; d < dim; d++) {
    const t = Math.max(Math.abs(boxes[at + d]! - y[d]!), Math.abs(boxes[at + dim + d]! - y[d]!)) / bandwidth;
    if (dim === 1) return t;
    sum += t * t;
  }
  return Math.sqrt(sum);
}

/**
 * Exact draws by rejection. Nodes of a k-d tree are opened, those with the widest bounds first, until their lower bounds are a good part of the upper ones; a node
 * is proposed by its upper bound, a member of it uniformly, and accepted with the share of its weight in the bound: so each comes in proportion to its weight.
 */
export function treeSampler(vectors: Vectors, { bandwidth, kernel = 'gaussian', excludeSelf = false }: KernelOptions): Draw {
  const { order, places, points, boxes, dim } = cellTree(vectors);
  const count = order.length;
  const weight = kernels[kernel];
  const distance = (place: number, y: Float64Array): number => near(points, place * dim, 0, y, bandwidth);

  /** Distance of the nearest other point. */
  function nearestOther(self: number, y: Float64Array, node = 0, start = 0, end = count, best = Infinity): number {
    if (near(boxes, node * 2 * dim, dim, y, bandwidth) >= best) return best;
    if (isLeaf(start, end)) {
      let nearest = best;
      for (let place = start; place < end; place++) if (place !== self) nearest = Math.min(nearest, distance(place, y));
      return nearest;
    }
    const middle = (start + end) >> 1;
    const left = (from: number): number => nearestOther(self, y, 2 * node + 1, start, middle, from);
    const right = (from: number): number => nearestOther(self, y, 2 * node + 2, middle, end, from);
    return self < middle ? right(left(best)) : left(right(best));
  }

  /** Cells that hold all points but those of weight 0, with bounds as tight as pays. */
  function cellsOf(self: number, y: Float64Array, nearest: number): Cell[] {
    const box = (node: number, start: number, end: number): Cell => {
      const most = weight(near(boxes, node * 2 * dim, dim, y, bandwidth), nearest);
      const least = most === 0 ? 0 : weight(far(boxes, node * 2 * dim, y, bandwidth), nearest);
      const own = excludeSelf && self >= start && self < end ? 1 : 0;
      return { node, start, end, most, upper: (end - start) * most, lower: (end - start - own) * least };
    };
    const open = ({ node, start, end }: Cell, into: Cell[]): void => {
      if (!isLeaf(start, end)) {
        const middle = (start + end) >> 1;
        into.push(box(2 * node + 1, start, middle), box(2 * node + 2, middle, end));
        return;
      }
      for (let place = start; place < end; place++) {
        const most = excludeSelf && place === self ? 0 : weight(distance(place, y), nearest);
        into.push({ node: -1, start: place, end: place + 1, most, upper: most, lower: most });
      }
    };
    let cells = [box(0, 0, count)];
    for (;;) {
      let upper = 0;
      let lower = 0;
      for (const cell of cells) {
        upper += cell.upper;
        lower += cell.lower;
      }
      // a proposal that is refused costs less than many cells
      if (upper <= lower * Math.max(1.6, cells.length / 4)) return cells;
      const loose = (0.99 * (upper - lower)) / cells.length; // at least one cell is as loose as the mean
      const next: Cell[] = [];
      for (const cell of cells) {
        if (cell.upper - cell.lower >= loose) open(cell, next);
        else if (cell.upper > 0) next.push(cell);
      }
      cells = next;
    }
  }

  return (anchor, rng) => {
    const self = places[anchor]!;
    const y = points.subarray(self * dim, (self + 1) * dim);
    const nearest = excludeSelf ? nearestOther(self, y) : 0;
    const cells = cellsOf(self, y, nearest);
    const total = cells.reduce((sum, cell) => sum + cell.upper, 0);
    for (;;) {
      let u = uniform(rng) * total;
      const cell = cells.find(({ upper }) => (u -= upper) < 0);
      if (!cell) continue; // rounding
      const place = integer(rng, cell.start, cell.end);
      if (excludeSelf && place === self) continue;
      if (uniform(rng) * cell.most < weight(distance(place, y), nearest)) return order[place]!;
    }
  };
}
