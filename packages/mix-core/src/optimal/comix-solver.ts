import { comixObjective, type ComixProblem, totalOf, usageOf } from './comix-objective.ts';
import { gridCut } from './grid-cut.ts';
import type { GridProblem } from './grid-problem.ts';

/** What a mixed label is cheaper than the mean of its two images. */
const MIXED_BONUS = 5e-4;

/** How long to search, and whether outputs that show the same images are driven apart before the last sweep. */
export interface ComixEffort {
  readonly sweeps: number;
  readonly resolve: boolean;
}

/** Two images that may show half and half in a cell. */
type Pair = readonly [number, number];

/** Pairs among the images that an output shows: those of its two, or of the three that show most. */
function pairsOf(used: Float64Array): readonly Pair[] {
  const shown = Array.from(used.keys()).filter((image) => used[image]! > 0);
  if (shown.length < 2) return [];
  const [a, b, c] = shown.sort((i, j) => used[j]! - used[i]! || i - j).slice(0, 3).sort((i, j) => i - j) as [number, number, number?];
  return c === undefined ? [[a, b]] : [[a, b], [a, c], [b, c]];
}

/** The labelling problem of one output: a label for each image, then one for each pair. */
function outputProblem({ images, blocks, unary, beta }: ComixProblem, extra: Float64Array, pairs: readonly Pair[]): GridProblem {
  const labels = images + pairs.length;
  const cells = blocks * blocks;
  const of = (cell: number, image: number): number => unary[cell * images + image]! + extra[image]!;
  const edges = new Float64Array(cells - blocks).fill(beta);
  const costs = Float64Array.from({ length: cells * labels }, (_, at) => {
    const [cell, label] = [Math.floor(at / labels), at % labels];
    if (label < images) return of(cell, label);
    const [a, b] = pairs[label - images]!;
    return (of(cell, a) + of(cell, b)) / 2 - MIXED_BONUS;
  });
  const labelCost = Float64Array.from({ length: labels * labels }, (_, at) => Number(at % (labels + 1) !== 0));
  pairs.forEach((pair, i) => {
    for (const image of pair) labelCost[image * labels + images + i] = labelCost[(images + i) * labels + image] = 0.25;
  });
  return { height: blocks, width: blocks, unary: costs, vertical: edges, horizontal: edges, labelCost };
}

/** The labels that come nearest to the shares of an output, [cells, images]. */
function nearestLabels(shares: Float64Array, images: number, pairs: readonly Pair[]): Int32Array {
  return new Int32Array(shares.length / images).map((_, cell) => {
    const row = shares.subarray(cell * images, (cell + 1) * images);
    const pair = pairs.findIndex(([a, b]) => row[a] === 0.5 && row[b] === 0.5);
    return pair === -1 ? row.indexOf(Math.max(...row)) : images + pair;
  });
}

/** Costs against outputs that show the same set of images: the first of them pays for its first image, the other for its second. [outputs, images] */
function resolveCosts(usage: Float64Array, images: number): Float64Array {
  const costs = new Float64Array(images * images);
  const sets = Array.from({ length: images }, (_, output) => Array.from({ length: images }, (__, image) => image).filter((image) => usage[output * images + image]! > 0));
  sets.forEach((set, output) => {
    for (let other = output + 1; other < images; other++) {
      if (set.length < 2 || set.join() !== sets[other]!.join()) continue;
      costs[output * images + set[0]!] = 1;
      costs[other * images + set[1]!] = 1;
    }
  });
  return costs;
}

/** What the others show of what is like each image: where that is above the threshold, it is what the image costs in this output. */
function crowding({ images, affinity, gamma, threshold, crowding: rule }: ComixProblem, others: Float64Array): Float64Array {
  const reached = (image: number, counts: (other: number) => boolean): number => {
    let sum = 0;
    for (let other = 0; other < images; other++) sum += counts(other) ? affinity[image * images + other]! * others[other]! : 0;
    return sum;
  };
  const isCrowded = others.map((_, image) => Number(reached(image, () => true) > threshold));
  return others.map((_, image) => 2 * gamma * (rule === 'reference' ? reached(image, (other) => isCrowded[other] === 1) : isCrowded[image]! * reached(image, () => true)));
}

/** Solves every output in turn against the others, in place. */
function sweepOutputs(problem: ComixProblem, shares: Float64Array, resolve: Float64Array | undefined, withPairs: boolean): void {
  const { images, blocks, gamma } = problem;
  const size = blocks * blocks * images;
  const usage = usageOf(problem, shares);
  const total = totalOf(usage, images);
  for (let output = 0; output < images; output++) {
    const mine = shares.subarray(output * size, (output + 1) * size);
    const used = usage.subarray(output * images, (output + 1) * images);
    const extra = crowding(problem, total.map((cells, image) => cells - used[image]!));
    if (resolve) extra.forEach((_, image) => { extra[image]! += gamma * resolve[output * images + image]!; });
    const pairs = withPairs ? pairsOf(used) : [];
    const { labels } = gridCut(outputProblem(problem, extra, pairs), nearestLabels(mine, images, pairs));
    used.forEach((cells, image) => { total[image]! -= cells; });
    mine.fill(0);
    used.fill(0);
    labels.forEach((label, cell) => {
      const shown = label < images ? [label] : pairs[label - images]!;
      for (const image of shown) {
        mine[cell * images + image] = 1 / shown.length;
        used[image]! += 1 / shown.length;
      }
    });
    used.forEach((cells, image) => { total[image]! += cells; });
  }
}

/** Sweeps until nothing changes, or `sweeps` times. */
function descend(problem: ComixProblem, start: Float64Array, { sweeps, resolve }: ComixEffort): Float64Array {
  const shares = start.slice();
  let before = comixObjective(problem, shares);
  let resolving: Float64Array | undefined;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    sweepOutputs(problem, shares, resolving, sweep > 0);
    if (resolve && sweep === sweeps - 2) resolving = resolveCosts(usageOf(problem, shares), problem.images);
    const objective = comixObjective(problem, shares);
    if (Math.abs(before - objective) < 1e-6 * Math.abs(objective)) break;
    before = objective;
  }
  return shares;
}

/**
 * Mixes jointly: every output in turn is labelled as cheaply as can be against what the others show, several sweeps over; from the second on two images may share a cell; before the
 * last, outputs that show the same images are driven apart. The threshold may let outputs become more alike than they were; where the objective rose by that, all is done again
 * without it.
 *
 * @param start [outputs, cells]: image that each cell shows at first
 * @returns [outputs, cells, images] shares 0, 1/2 or 1, whose objective is at most that of the start
 */
export function solveComix(problem: ComixProblem, start: Int32Array, effort: ComixEffort): Float64Array {
  const first = new Float64Array(start.length * problem.images);
  start.forEach((image, cell) => { first[cell * problem.images + image] = 1; });
  const initial = comixObjective(problem, first);
  for (const threshold of [problem.threshold, 0]) {
    const shares = descend({ ...problem, threshold }, first, effort);
    if (comixObjective(problem, shares) <= initial) return shares;
  }
  return first;
}
