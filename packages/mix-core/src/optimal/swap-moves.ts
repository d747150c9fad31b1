import { eachEdge, gridEnergy, type GridProblem, labelsOf } from './grid-problem.ts';
import { type CutGraph, minCut } from './min-cut.ts';

/** The cut problem of the cells that have label a or b: a on the source's side, b on the sink's, all others fixed. */
function swapGraph(problem: GridProblem, labelling: Int32Array, a: number, b: number, nodeOf: Int32Array, nodes: number): { readonly graph: CutGraph; readonly sourceCosts: Float64Array; readonly weights: readonly number[] } {
  const { unary, labelCost } = problem;
  const labels = labelsOf(problem);
  const cost = (first: number, second: number): number => labelCost[first * labels + second]!;
  const sourceCosts = new Float64Array(nodes);
  const [tails, heads, weights]: [number[], number[], number[]] = [[], [], []];
  nodeOf.forEach((node, cell) => {
    if (node >= 0) sourceCosts[node]! += unary[cell * labels + a]! - unary[cell * labels + b]!;
  });
  eachEdge(problem, (cell, other, weight) => {
    const [first, second] = [nodeOf[cell]!, nodeOf[other]!];
    if (first >= 0 && second >= 0) {
      tails.push(first);
      heads.push(second);
      weights.push(weight);
    } else if (first >= 0) {
      sourceCosts[first]! += weight * (cost(a, labelling[other]!) - cost(b, labelling[other]!));
    } else if (second >= 0) {
      sourceCosts[second]! += weight * (cost(labelling[cell]!, a) - cost(labelling[cell]!, b));
    }
  });
  // the costs of (a, a) and (b, b) are 0, see `canSwap`
  const [forward, backward] = [cost(a, b), cost(b, a)].map((factor) => new Float64Array(tails.length).fill(factor)) as [Float64Array, Float64Array];
  return { graph: { nodes, tails: Int32Array.from(tails), heads: Int32Array.from(heads), edges: Int32Array.from(tails.keys()), forward, backward }, sourceCosts, weights };
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
  const { graph, sourceCosts, weights } = swapGraph(problem, labelling, a, b, nodeOf, nodes);
  const holds = minCut(graph)(sourceCosts, weights);
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
