import { checkGridProblem, gridEnergy, type GridProblem, labelsOf } from './grid-problem.ts';
import { narrowGrid } from './narrow-grid.ts';
import { isOrdered, orderedCut } from './ordered-cut.ts';
import { canSwap, swapMoves } from './swap-moves.ts';

export interface GridLabelling {
  /** [height, width] */
  readonly labels: Int32Array;
  readonly energy: number;
  /** Whether no labelling is cheaper. False: none that an exchange between two labels leads to is. */
  readonly exact: boolean;
}

/** For each cell the label that costs least by itself. */
function cheapestAlone(problem: GridProblem): Int32Array {
  const labels = labelsOf(problem);
  return new Int32Array(problem.height * problem.width).map((_, cell) => {
    let best = 0;
    for (let label = 1; label < labels; label++) {
      if (problem.unary[cell * labels + label]! < problem.unary[cell * labels + best]!) best = label;
    }
    return best;
  });
}

/**
 * Labels a grid as cheaply as can be. Exactly: by one cut where the labels are ordered (two labels that rather agree; any convex function of their difference, such as (i − j)²), by
 * dynamic programming on grids that are narrow for the labels that come into question. Else by swap moves, which end at a labelling whose energy is at most that of `start`.
 *
 * @param start [height, width]: where swap moves start. Default: each cell's own cheapest label
 * @throws {RangeError} where sizes do not fit, costs are not finite, weights are negative; where the problem is too large to be solved exactly and swap moves are no cuts
 * (labels that cost something beside themselves, or less than 0 beside others)
 */
export function gridCut(problem: GridProblem, start?: ArrayLike<number>): GridLabelling {
  checkGridProblem('gridCut', problem);
  const cheapest = isOrdered(problem) ? orderedCut(problem)(problem) : narrowGrid(problem);
  if (!cheapest && !canSwap(problem)) throw new RangeError('gridCut: labelCost must be 0 for equal labels and >= 0 for others on a grid this wide, or bend upwards');
  const labels = cheapest ?? swapMoves(problem, start ?? cheapestAlone(problem));
  return { labels, energy: gridEnergy(problem, labels), exact: cheapest !== undefined };
}
