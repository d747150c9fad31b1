/** A cut problem with two sides: every node pays for the side that it is on, every arc for a tail on the source's side with its head on the sink's. */
export interface CutGraph {
  /** Number of nodes, without source and sink. */
  readonly nodes: number;
  /** [nodes]: what a node pays on the source's side, less what it pays on the sink's. */
  readonly sourceCosts: Float64Array;
  /** [arcs]: node that each arc leads from. */
  readonly tails: Int32Array;
  readonly heads: Int32Array;
  /** [arcs]: what it costs to have the tail on the source's side and the head on the sink's; ≥ 0, may be infinite. */
  readonly forward: Float64Array;
  /** [arcs]: the same for the opposite direction. */
  readonly backward: Float64Array;
}

const FREE = 0;
const SOURCE = 1;
const SINK = 2;
/** In place of a parent's arc. */
const NONE = -1;
const TERMINAL = -2;

/** Two search trees over the residual graph. Arc 2a leads along arc a of the problem, arc 2a + 1 back. */
interface Trees {
  readonly residual: Float64Array;
  readonly heads: Int32Array;
  /** Arcs by tail: those of a node begin at first[node]. */
  readonly first: Int32Array;
  readonly outgoing: Int32Array;
  /** What still fits from the source into a node (> 0), or from the node into the sink (< 0). */
  readonly terminal: Float64Array;
  readonly side: Uint8Array;
  /** The arc from a node to its parent. */
  readonly parent: Int32Array;
  /** Distance to the root, right if `seen` is the time of now. */
  readonly depth: Int32Array;
  readonly seen: Int32Array;
  readonly active: Int32Array;
  readonly queued: Uint8Array;
  readonly orphans: number[];
  queueStart: number;
  queueLength: number;
  time: number;
}

function plant({ nodes, sourceCosts, tails, heads, forward, backward }: CutGraph): Trees {
  const arcs = tails.length;
  const first = new Int32Array(nodes + 1);
  for (let a = 0; a < arcs; a++) {
    first[tails[a]! + 1]!++;
    first[heads[a]! + 1]!++;
  }
  for (let node = 0; node < nodes; node++) first[node + 1]! += first[node]!;
  const place = first.slice(0, nodes);
  const trees: Trees = {
    residual: new Float64Array(2 * arcs), heads: new Int32Array(2 * arcs), first, outgoing: new Int32Array(2 * arcs),
    terminal: sourceCosts.map((cost) => -cost), side: new Uint8Array(nodes), parent: new Int32Array(nodes).fill(NONE),
    depth: new Int32Array(nodes), seen: new Int32Array(nodes), active: new Int32Array(nodes), queued: new Uint8Array(nodes), orphans: [],
    queueStart: 0, queueLength: 0, time: 0,
  };
  for (let a = 0; a < arcs; a++) {
    trees.residual[2 * a] = forward[a]!;
    trees.residual[2 * a + 1] = backward[a]!;
    trees.heads[2 * a] = heads[a]!;
    trees.heads[2 * a + 1] = tails[a]!;
    trees.outgoing[place[tails[a]!]!++] = 2 * a;
    trees.outgoing[place[heads[a]!]!++] = 2 * a + 1;
  }
  for (let node = 0; node < nodes; node++) {
    if (trees.terminal[node] === 0) continue;
    trees.side[node] = trees.terminal[node]! > 0 ? SOURCE : SINK;
    trees.parent[node] = TERMINAL;
    trees.depth[node] = 1;
    activate(trees, node);
  }
  return trees;
}

function activate(trees: Trees, node: number): void {
  if (trees.queued[node]) return;
  trees.queued[node] = 1;
  const end = trees.queueStart + trees.queueLength++;
  trees.active[end >= trees.active.length ? end - trees.active.length : end] = node;
}

function deactivateFirst(trees: Trees): void {
  trees.queued[trees.active[trees.queueStart]!] = 0;
  trees.queueStart = trees.queueStart + 1 === trees.active.length ? 0 : trees.queueStart + 1;
  trees.queueLength--;
}

/** Lets a node's tree take free neighbours in. @returns an arc from the source's tree to the sink's, or NONE when the node has no neighbour left to take */
function grow(trees: Trees, node: number): number {
  const { residual, heads, first, outgoing, side, parent, depth, seen } = trees;
  const mine = side[node]!;
  for (let i = first[node]!; i < first[node + 1]!; i++) {
    const arc = outgoing[i]!;
    if (!(residual[mine === SOURCE ? arc : arc ^ 1]! > 0)) continue;
    const other = heads[arc]!;
    if (side[other] === FREE) {
      side[other] = mine;
      activate(trees, other);
    } else if (side[other] !== mine) {
      return mine === SOURCE ? arc : arc ^ 1;
    } else if (seen[other]! > seen[node]! || depth[other]! <= depth[node]!) {
      continue; // it is as near to the root as it would be here
    }
    parent[other] = arc ^ 1;
    seen[other] = seen[node]!;
    depth[other] = depth[node]! + 1;
  }
  return NONE;
}

/** What fits along the branch from a node to its root, at most `limit`. */
function bottleneck({ residual, heads, parent, terminal, side }: Trees, start: number, limit: number): number {
  const turn = side[start] === SOURCE ? 1 : 0;
  let least = limit;
  let node = start;
  for (let arc = parent[node]!; arc !== TERMINAL; arc = parent[node]!) {
    least = Math.min(least, residual[arc ^ turn]!);
    node = heads[arc]!;
  }
  return Math.min(least, Math.abs(terminal[node]!));
}

/** Takes so much from every arc and the terminal along a branch. A node whose link to its parent is full becomes an orphan. */
function saturate({ residual, heads, parent, terminal, side, orphans }: Trees, start: number, push: number): void {
  const turn = side[start] === SOURCE ? 1 : 0;
  let node = start;
  for (let arc = parent[node]!; arc !== TERMINAL; arc = parent[node]!) {
    residual[arc ^ turn]! -= push;
    residual[arc ^ turn ^ 1]! += push;
    if (residual[arc ^ turn] === 0) {
      parent[node] = NONE;
      orphans.push(node);
    }
    node = heads[arc]!;
  }
  terminal[node]! -= turn === 1 ? push : -push;
  if (terminal[node] === 0) {
    parent[node] = NONE;
    orphans.push(node);
  }
}

/** Sends as much as fits along the path through an arc that joins the two trees. */
function augment(trees: Trees, arc: number): void {
  const { residual, heads } = trees;
  const [from, to] = [heads[arc ^ 1]!, heads[arc]!];
  const push = bottleneck(trees, to, bottleneck(trees, from, residual[arc]!));
  residual[arc]! -= push;
  residual[arc ^ 1]! += push;
  saturate(trees, from, push);
  saturate(trees, to, push);
}

/** Steps from a node to the root of its tree, or Infinity where the branch ends at an orphan. What is on the way remembers it for this time. */
function depthOf(trees: Trees, start: number): number {
  const { heads, parent, depth, seen, time } = trees;
  let steps = 0;
  let node = start;
  for (;;) {
    if (seen[node] === time) {
      steps += depth[node]!;
      break;
    }
    const arc = parent[node]!;
    steps++;
    if (arc === NONE) return Infinity;
    if (arc === TERMINAL) {
      seen[node] = time;
      depth[node] = 1;
      break;
    }
    node = heads[arc]!;
  }
  for (let on = start, left = steps; seen[on] !== time; on = heads[parent[on]!]!) {
    seen[on] = time;
    depth[on] = left--;
  }
  return steps;
}

/** Finds an orphan the parent that is nearest to the root, or sets it free and makes orphans of its children. */
function adopt(trees: Trees, orphan: number): void {
  const { residual, heads, first, outgoing, side, parent, depth, seen } = trees;
  const mine = side[orphan]!;
  let nearest = Infinity;
  let toNearest = NONE;
  for (let i = first[orphan]!; i < first[orphan + 1]!; i++) {
    const arc = outgoing[i]!;
    const other = heads[arc]!;
    if (side[other] !== mine || parent[other] === NONE || !(residual[mine === SOURCE ? arc ^ 1 : arc]! > 0)) continue;
    const steps = depthOf(trees, other);
    if (steps >= nearest) continue;
    nearest = steps;
    toNearest = arc;
  }
  if (toNearest !== NONE) {
    parent[orphan] = toNearest;
    seen[orphan] = trees.time;
    depth[orphan] = nearest + 1;
    return;
  }
  for (let i = first[orphan]!; i < first[orphan + 1]!; i++) {
    const arc = outgoing[i]!;
    const other = heads[arc]!;
    if (side[other] !== mine) continue;
    if (residual[mine === SOURCE ? arc ^ 1 : arc]! > 0) activate(trees, other);
    if (parent[other]! >= 0 && heads[parent[other]!] === orphan) {
      parent[other] = NONE;
      trees.orphans.push(other);
    }
  }
  side[orphan] = FREE;
}

/**
 * The cheapest cut, by the largest flow (Boykov, Kolmogorov, "An Experimental Comparison of Min-Cut/Max-Flow Algorithms for Energy Minimization in Vision", TPAMI 2004):
 * two search trees that are kept from one augmenting path to the next, fast on grids.
 *
 * @returns [nodes]: 1 for those on the source's side. Of several cheapest cuts the one with the fewest of them
 */
export function minCut(graph: CutGraph): Uint8Array {
  const trees = plant(graph);
  while (trees.queueLength > 0) {
    const node = trees.active[trees.queueStart]!;
    const joint = trees.side[node] === FREE ? NONE : grow(trees, node);
    if (joint === NONE) {
      deactivateFirst(trees);
      continue;
    }
    trees.time++;
    augment(trees, joint);
    for (let i = 0; i < trees.orphans.length; i++) adopt(trees, trees.orphans[i]!);
    trees.orphans.length = 0;
  }
  return trees.side.map((side) => Number(side === SOURCE));
}
