import { eachEdge, gridEnergy, type GridProblem, labelsOf } from './grid-problem.ts';
import { type CutGraph, minCut } from './min-cut.ts';

/** The cut problem of the cells that have label a or b: a on the source's side, b on the sink's, all others fixed. */
function swapGraph(problem: GridProblem, labelling: Int32Array, a: number, b: number, nodeOf: Int32Array, nodes: number): CutGraph {
  const { unary, labelCost } = problem;
  const labels = labelsOf(problem);
  const cost = (first: number, second: number): number => labelCost[first * labels + second]!;
  const sourceCosts = new Float64Array(nodes);
  const arcs: [tail: number, head: number, forward: number, backward: number][] = [];
  nodeOf.forEach((node, cell) => {
    if (node >= 0) sourceCosts[node]! += unary[cell * labels + a]! - unary[cell * labels + b]!;
  });
  eachEdge(problem, (cell, other, weight) => {
    const [first, second] = [nodeOf[cell]!, nodeOf[other]!];
    if (first >= 0 && second >= 0) {
      // the costs of (a, a) and (b, b) are 0, see `canSwap`
      arcs.push([first, second, weight * cost(a, b), weight * cost(b, a)]);
    } else if (first >= 0) {
      sourceCosts[first]! += weight * (cost(a, labelling[other]!) - cost(b, labelling[other]!));
    } else if (second >= 0) {
      sourceCosts[second]! += weight * (cost(labelling[cell]!, a) - cost(labelling[cell]!, b));
    }
  });
  return {
    nodes, sourceCosts, tails: Int32Array.from(arcs, ([tail]) => tail), heads: Int32Array.from(arcs, ([, head]) => head),
    forward: Float64Array.from(arcs, ([, , forward]) => forward), backward: Float64Array.from(arcs, ([, , , backward]) => backward),
  };
}

/** Whether moves between two labels are cuts: a label costs nothing beside itself, and never less than nothing beside another. */
export function canSwap({ labelCost }: GridProblem): boolean {
  const labels = Math.sqrt(labelCost.length);
  return Array.from(labelCost).every((cost, at) => (at % (labels + 1) === 0 ? cost === 0 : cost >= 0));
}

/** The best labelling that differs in which of the cells labelled a or b have a, and which b. */
function swapped(problem: GridProblem, labelling: Int32Array, a: number, b: number): Int32Array {
  let nodes = 0;
  const nodeOf = labelling.map((label) => (label === a || label === b ? nodes++ : -1));
  const holds = minCut(swapGraph(problem, labelling, a, b, nodeOf, nodes));
  return labelling.map((label, cell) => (nodeOf[cell]! < 0 ? label : holds[nodeOf[cell]!] ? a : b));
}

/**
 * Lowers a labelling's energy by exchanges between two labels, each by one cut, until no pair of labels gains (Boykov, Veksler, Zabih, "Fast Approximate Energy Minimization via
 * Graph Cuts", TPAMI 2001). Never above where it starts; not always the cheapest.
 */
export function swapMoves(problem: GridProblem, start: ArrayLike<number>): Int32Array {
  const labels = labelsOf(problem);
  let labelling: Int32Array = Int32Array.from(start);
  let energy = gridEnergy(problem, labelling);
  for (let gained = true; gained;) {
    gained = false;
    for (let a = 0; a < labels; a++) {
      for (let b = a + 1; b < labels; b++) {
        const candidate = swapped(problem, labelling, a, b);
        const lower = gridEnergy(problem, candidate);
        if (lower >= energy) continue;
        labelling = candidate;
        energy = lower;
        gained = true;
      }
    }
  }
  return labelling;
}
