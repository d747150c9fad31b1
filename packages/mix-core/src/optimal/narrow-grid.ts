import { eachEdge, type GridProblem, labelsOf } from './grid-problem.ts';

/** Largest number of additions that the search is worth. */
const MOST_WORK = 4e6;

/** Neighbours of every cell: [cell, weight, whether the neighbour is the upper or left one]. */
type Neighbours = readonly (readonly (readonly [number, number, boolean])[])[];

function neighboursOf(problem: GridProblem): Neighbours {
  const neighbours = Array.from({ length: problem.height * problem.width }, (): [number, number, boolean][] => []);
  eachEdge(problem, (cell, other, weight) => {
    neighbours[cell]!.push([other, weight, false]);
    neighbours[other]!.push([cell, weight, true]);
  });
  return neighbours;
}

/** Whether `better` is cheaper than `label` at a cell, whatever labels its neighbours have of those that are left to them. */
function isBeaten({ unary, labelCost }: GridProblem, labels: number, around: Neighbours[number], left: readonly (readonly number[])[], cell: number, label: number, better: number): boolean {
  let most = unary[cell * labels + better]! - unary[cell * labels + label]!;
  for (const [other, weight, isFirst] of around) {
    const [own, theirs] = isFirst ? [1, labels] : [labels, 1];
    let worst = -Infinity;
    for (const their of left[other]!) worst = Math.max(worst, labelCost[better * own + their * theirs]! - labelCost[label * own + their * theirs]!);
    most += weight * worst;
  }
  return most < 0;
}

/** The labels that are left at each cell when those that no cheapest labelling can have are gone (dead-end elimination; Goldstein, Biophysical Journal 1994). */
function labelsLeft(problem: GridProblem): readonly (readonly number[])[] {
  const { unary, labelCost } = problem;
  const labels = labelsOf(problem);
  const neighbours = neighboursOf(problem);
  const range = Math.max(...Array.from(labelCost)) - Math.min(...Array.from(labelCost));
  const left = neighbours.map(() => Array.from({ length: labels }, (_, label) => label));
  for (let changed = true; changed;) {
    changed = false;
    for (const [cell, around] of neighbours.entries()) {
      const most = around.reduce((sum, [, weight]) => sum + weight * range, 0); // what neighbours can make of a difference
      const survivors = left[cell]!.filter((label) => !left[cell]!.some((better) => {
        const gain = unary[cell * labels + label]! - unary[cell * labels + better]!;
        return gain > most || (gain > -most && better !== label && isBeaten(problem, labels, around, left, cell, label, better));
      }));
      changed ||= survivors.length < left[cell]!.length;
      left[cell] = survivors;
    }
  }
  return left;
}

/** Additions that `sweep` needs: labellings of each cell and the `width` before it. */
function workOf(left: readonly (readonly number[])[], width: number): number {
  return left.reduce((total, _, cell) => total + left.slice(Math.max(cell - width, 0), cell + 1).reduce((count, labels) => count * labels.length, 1), 0);
}

/** Which label of the cell above is best for each labelling of a cell and the width − 1 before it: [before in this row, this cell, after it in the row above]. */
type Choices = readonly Uint16Array[];

/** Goes through the cells in order and keeps the least cost for each labelling of the last `width` of them. @returns the last labelling's place, and the choices to walk back by */
function sweep(problem: GridProblem, left: readonly (readonly number[])[]): { readonly last: number; readonly choices: Choices } {
  const { width, unary, vertical, horizontal, labelCost } = problem;
  const labels = labelsOf(problem);
  let costs = new Float64Array(1);
  const choices: Uint16Array[] = [];
  for (const [cell, mine] of left.entries()) {
    const [x, isFirstRow] = [cell % width, cell < width];
    const above = isFirstRow ? [0] : left[cell - width]!;
    const before = x === 0 ? [0] : left[cell - 1]!;
    const down = isFirstRow ? 0 : vertical[cell - width]!;
    const across = x === 0 ? 0 : horizontal[Math.floor(cell / width) * (width - 1) + x - 1]!;
    const after = isFirstRow ? 1 : left.slice(cell - width + 1, cell - x).reduce((count, theirs) => count * theirs.length, 1);
    const outer = costs.length / (above.length * after);
    const next = new Float64Array(outer * mine.length * after);
    const choice = new Uint16Array(next.length);
    for (let to = 0; to < next.length; to++) {
      const rest = Math.floor(to / after);
      const label = mine[rest % mine.length]!;
      const o = Math.floor(rest / mine.length);
      let best = Infinity;
      for (let i = 0; i < above.length; i++) {
        const cost = costs[(o * above.length + i) * after + (to % after)]! + down * labelCost[above[i]! * labels + label]!;
        if (cost >= best) continue;
        best = cost;
        choice[to] = i;
      }
      next[to] = best + unary[cell * labels + label]! + across * labelCost[before[o % before.length]! * labels + label]!;
    }
    costs = next;
    choices.push(choice);
  }
  return { last: costs.indexOf(costs.reduce((least, cost) => Math.min(least, cost), Infinity)), choices };
}

/** Reads the labelling back that ends at a place of the last cell's costs. */
function walkBack({ width }: GridProblem, left: readonly (readonly number[])[], last: number, choices: Choices): Int32Array {
  const labelling = new Int32Array(left.length);
  let place = last;
  for (let cell = left.length - 1; cell >= 0; cell--) {
    const above = cell < width ? 1 : left[cell - width]!.length;
    const after = cell < width ? 1 : left.slice(cell - width + 1, cell - (cell % width)).reduce((count, theirs) => count * theirs.length, 1);
    const rest = Math.floor(place / after);
    const count = left[cell]!.length;
    labelling[cell] = left[cell]![rest % count]!;
    place = (Math.floor(rest / count) * above + choices[cell]![place]!) * after + (place % after);
  }
  return labelling;
}

/**
 * The cheapest labelling, exactly, whatever the labels' costs: labels that cannot be part of it are struck off, then dynamic programming over the border between the cells that are
 * labelled and those that are not.
 *
 * @returns undefined where the grid is too wide, or too many labels are left, for that
 */
export function narrowGrid(problem: GridProblem): Int32Array | undefined {
  const left = labelsLeft(problem);
  if (workOf(left, problem.width) > MOST_WORK) return undefined;
  const { last, choices } = sweep(problem, left);
  return walkBack(problem, left, last, choices);
}
