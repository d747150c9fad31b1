import type { Vectors } from './vectors.ts';

/** Points that are not split further. */
const LEAF = 8;

/**
 * A k-d tree: `order` lists the points so that every node is a stretch of it. The root is node 0, a stretch [start, end) longer than a leaf is halved at its
 * middle, and the halves of node n are the nodes 2n + 1 and 2n + 2.
 */
export interface CellTree {
  /** [count]: the index of the point at each place. */
  readonly order: Int32Array;
  /** [count]: the place of each point. */
  readonly places: Int32Array;
  /** [count, dim]: the points in this order. */
  readonly points: Float64Array;
  /** [nodes, 2, dim]: the smallest and the largest coordinates in a node. */
  readonly boxes: Float64Array;
  readonly dim: number;
}

/** Whether a stretch is a leaf. */
export const isLeaf = (start: number, end: number): boolean => end - start <= LEAF;

/** Reorders a stretch along an axis, so that what stands before `middle` is at most what stands there, and what follows at least (Hoare's selection). */
function select({ data, dim }: Vectors, order: Int32Array, start: number, end: number, middle: number, axis: number): void {
  let low = start;
  let high = end - 1;
  while (low < high) {
    const pivot = data[order[(low + high) >> 1]! * dim + axis]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (data[order[i]! * dim + axis]! < pivot) i++;
      while (data[order[j]! * dim + axis]! > pivot) j--;
      if (i <= j) {
        const point = order[i]!;
        order[i++] = order[j]!;
        order[j--] = point;
      }
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

/** Writes the box of a node; gives its longest axis. */
function bound({ data, dim }: Vectors, order: Int32Array, start: number, end: number, box: Float64Array): number {
  box.fill(Infinity, 0, dim).fill(-Infinity, dim);
  for (let place = start; place < end; place++) {
    for (let d = 0; d < dim; d++) {
      const value = data[order[place]! * dim + d]!;
      if (value < box[d]!) box[d] = value;
      if (value > box[dim + d]!) box[dim + d] = value;
    }
  }
  let longest = 0;
  for (let d = 1; d < dim; d++) if (box[dim + d]! - box[d]! > box[dim + longest]! - box[longest]!) longest = d;
  return longest;
}

/** O(count log count) time, O(count · dim) memory. */
export function cellTree(vectors: Vectors): CellTree {
  const { data, count, dim } = vectors;
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const depth = Math.max(0, Math.ceil(Math.log2(count / LEAF)));
  const boxes = new Float64Array((2 ** (depth + 1) - 1) * 2 * dim);
  const build = (node: number, start: number, end: number): void => {
    const axis = bound(vectors, order, start, end, boxes.subarray(node * 2 * dim, (node + 1) * 2 * dim));
    if (isLeaf(start, end)) return;
    const middle = (start + end) >> 1;
    select(vectors, order, start, end, middle, axis);
    build(2 * node + 1, start, middle);
    build(2 * node + 2, middle, end);
  };
  build(0, 0, count);
  const places = new Int32Array(count);
  const points = new Float64Array(count * dim);
  order.forEach((point, place) => {
    places[point] = place;
    points.set(data.subarray(point * dim, (point + 1) * dim), place * dim);
  });
  return { order, places, points, boxes, dim };
}

/**
 * Distance of the nearest point of the box at `at`, in bandwidths; `span` is dim, or 0 for the box that is a point. Rounds as the distance of any point in the box
 * does, so that the bounds hold exactly.
 */
export function near(boxes: Float64Array, at: number, span: number, y: Float64Array, bandwidth: number): number {
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
export function far(boxes: Float64Array, at: number, y: Float64Array, bandwidth: number): number {
  const dim = y.length;
  let sum = 0;
  for (let d = 0; d < dim; d++) {
    const t = Math.max(Math.abs(boxes[at + d]! - y[d]!), Math.abs(boxes[at + dim + d]! - y[d]!)) / bandwidth;
    if (dim === 1) return t;
    sum += t * t;
  }
  return Math.sqrt(sum);
}
