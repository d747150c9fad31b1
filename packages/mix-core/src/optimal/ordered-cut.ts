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

/** Statements "the label of this cell is greater than i" as nodes of a cut. */
interface Statements {
  readonly labels: number;
  /** What an edge adds per unit of weight to the statements of its upper or left cell, and of the other. */
  readonly firstHalf: Float64Array;
  readonly secondHalf: Float64Array;
  readonly graph: CutGraph;
}

/** How much of a bend counts if statement i holds where j does not. */
const part = (i: number, j: number): number => (i > j ? 1 : i === j ? 0.5 : 0);

/**
 * It costs a bend that statement i of one cell holds and statement j ≤ i of its neighbour does not, half a bend where i = j, since that may be either way round. No statement may hold
 * without the one before it; the last of the weights is 1, for that.
 */
function graphOf(problem: GridProblem, steps: number, bend: Float64Array): CutGraph {
  const { height, width } = problem;
  const pairs = Array.from(bend.keys()).filter((at) => bend[at]! > 0);
  const edges = (height - 1) * width + height * (width - 1);
  const nodes = height * width * steps;
  const arcs = edges * pairs.length + height * width * Math.max(steps - 1, 0);
  const graph = { nodes, tails: new Int32Array(arcs), heads: new Int32Array(arcs), edges: new Int32Array(arcs).fill(edges), forward: new Float64Array(arcs).fill(Infinity), backward: new Float64Array(arcs) };
  let arc = 0;
  let edge = 0;
  eachEdge(problem, (cell, other) => {
    for (const pair of pairs) {
      const [i, j] = [Math.floor(pair / steps), pair % steps];
      graph.tails[arc] = cell * steps + i;
      graph.heads[arc] = other * steps + j;
      graph.edges[arc] = edge;
      graph.forward[arc] = part(i, j) * bend[pair]!;
      graph.backward[arc++] = part(j, i) * bend[pair]!;
    }
    edge++;
  });
  for (let node = 0; node < nodes; node++) {
    if (node % steps === 0) continue;
    graph.tails[arc] = node;
    graph.heads[arc++] = node - 1;
  }
  return graph;
}

function statementsOf(problem: GridProblem): Statements {
  const { labelCost } = problem;
  const labels = labelsOf(problem);
  const steps = labels - 1;
  const bend = bends(problem, labels);
  /** Rises from label to label beside label 0, less the bends that arcs count. */
  const rest = (cost: (label: number) => number, bendOf: (i: number, j: number) => number): Float64Array =>
    Float64Array.from({ length: steps }, (_, i) => Array.from({ length: i + 1 }, (__, j) => part(i, j) * bendOf(i, j)).reduce((left, taken) => left - taken, cost(i + 1) - cost(i)));
  return {
    labels, graph: graphOf(problem, steps, bend),
    firstHalf: rest((label) => labelCost[label * labels]!, (i, j) => bend[i * steps + j]!),
    secondHalf: rest((label) => labelCost[label]!, (i, j) => bend[j * steps + i]!),
  };
}

/** What each statement costs where it holds, and the weights: those of the edges, then 1. */
function fillCosts({ labels, firstHalf, secondHalf }: Statements, problem: GridProblem, costs: Float64Array, weights: Float64Array): void {
  const { unary } = problem;
  const steps = labels - 1;
  for (let cell = 0, node = 0; node < costs.length; cell++) {
    for (let i = 0; i < steps; i++, node++) costs[node] = unary[cell * labels + i + 1]! - unary[cell * labels + i]!;
  }
  let edge = 0;
  eachEdge(problem, (cell, other, weight) => {
    for (let i = 0; i < steps; i++) {
      costs[cell * steps + i]! += weight * firstHalf[i]!;
      costs[other * steps + i]! += weight * secondHalf[i]!;
    }
    weights[edge++] = weight;
  });
  weights[edge] = 1;
}

/**
 * The cheapest labelling of an ordered problem, exactly, by one cut (Ishikawa, "Exact Optimization for Markov Random Fields with Convex Priors", TPAMI 2003). Of several cheapest
 * ones that with the least labels.
 *
 * @param like a problem of the size and with the labels' costs that all problems to come have
 * @returns a function that gives the labelling [height, width] of such a problem
 */
export function orderedCut(like: GridProblem): (problem: GridProblem) => Int32Array {
  const statements = statementsOf(like);
  const { labels, graph } = statements;
  const cut = minCut(graph);
  const costs = new Float64Array(graph.nodes);
  const weights = new Float64Array((like.height - 1) * like.width + like.height * (like.width - 1) + 1);
  return (problem) => {
    fillCosts(statements, problem, costs, weights);
    const holds = cut(costs, weights);
    const labelling = new Int32Array(problem.height * problem.width);
    for (let node = 0, cell = 0; node < holds.length; cell++) {
      for (let i = 1; i < labels; i++) labelling[cell]! += holds[node++]!;
    }
    return labelling;
  };
}
