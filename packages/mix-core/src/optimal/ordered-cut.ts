import { eachEdge, type GridProblem, labelsOf } from './grid-problem.ts';
import { type CutGraph, minCut } from './min-cut.ts';

/** V(i, j + 1) + V(i + 1, j) − V(i, j) − V(i + 1, j + 1) at [i, j]: ≥ 0 for every convex function of i − j. What is mere rounding is 0. */
function bends({ labelCost: cost }: GridProblem, labels: number): Float64Array {
  const steps = labels - 1;
  return Float64Array.from({ length: steps * steps }, (_, at) => {
    const here = Math.floor(at / steps) * labels + (at % steps);
    const [right, below, same, across] = [cost[here + 1]!, cost[here + labels]!, cost[here]!, cost[here + labels + 1]!];
    const bend = right + below - same - across;
    return Math.abs(bend) <= 1e-14 * (Math.abs(right) + Math.abs(below) + Math.abs(same) + Math.abs(across)) ? 0 : bend;
  });
}

/** Whether one cut labels the whole grid: the labels' costs bend nowhere the wrong way. Holds for two labels that rather agree, and for (i − j)². */
export function isOrdered(problem: GridProblem): boolean {
  return bends(problem, labelsOf(problem)).every((bend) => bend >= 0);
}

/** Half the sum of `count` values, each `stride` after the one before. */
function halfSum(values: Float64Array, count: number, start: number, stride: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[start + i * stride]!;
  return sum / 2;
}

/**
 * Nodes are the statements "the label of this cell is greater than i". Costs become those of single statements, plus bend/2 for each pair of statements of two neighbours of which
 * one holds and the other does not; no statement may hold without the one before it.
 */
function statements(problem: GridProblem): CutGraph {
  const { height, width, unary, labelCost } = problem;
  const labels = labelsOf(problem);
  const steps = labels - 1;
  const cells = height * width;
  const bend = bends(problem, labels);
  const pairs = Array.from(bend.keys()).filter((at) => bend[at]! > 0);
  const edges = (height - 1) * width + height * (width - 1);
  const arcs = edges * pairs.length + cells * Math.max(steps - 1, 0);
  const graph = {
    nodes: cells * steps, sourceCosts: new Float64Array(cells * steps), tails: new Int32Array(arcs), heads: new Int32Array(arcs),
    forward: new Float64Array(arcs), backward: new Float64Array(arcs),
  };
  let arc = 0;
  for (let node = 0; node < cells * steps; node++) {
    const at = Math.floor(node / steps) * labels + (node % steps);
    graph.sourceCosts[node] = unary[at + 1]! - unary[at]!;
    if (node % steps === 0) continue;
    graph.tails[arc] = node;
    graph.heads[arc] = node - 1;
    graph.forward[arc++] = Infinity;
  }
  const firstHalf = Float64Array.from({ length: steps }, (_, i) => labelCost[(i + 1) * labels]! - labelCost[i * labels]! - halfSum(bend, steps, i * steps, 1));
  const secondHalf = Float64Array.from({ length: steps }, (_, j) => labelCost[j + 1]! - labelCost[j]! - halfSum(bend, steps, j, steps));
  eachEdge(problem, (cell, other, weight) => {
    for (let i = 0; i < steps; i++) {
      graph.sourceCosts[cell * steps + i]! += weight * firstHalf[i]!;
      graph.sourceCosts[other * steps + i]! += weight * secondHalf[i]!;
    }
    for (const pair of pairs) {
      graph.tails[arc] = cell * steps + Math.floor(pair / steps);
      graph.heads[arc] = other * steps + (pair % steps);
      graph.backward[arc] = graph.forward[arc] = (weight * bend[pair]!) / 2;
      arc++;
    }
  });
  return graph;
}

/**
 * The cheapest labelling of an ordered problem, exactly, by one cut (Ishikawa, "Exact Optimization for Markov Random Fields with Convex Priors", TPAMI 2003). Of several cheapest
 * ones that with the least labels.
 */
export function orderedCut(problem: GridProblem): Int32Array {
  const steps = labelsOf(problem) - 1;
  const holds = minCut(statements(problem));
  const labelling = new Int32Array(problem.height * problem.width);
  for (let node = 0; node < holds.length; node++) labelling[Math.floor(node / steps)]! += holds[node]!;
  return labelling;
}
