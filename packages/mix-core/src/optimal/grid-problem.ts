import { checkWhole } from '../check.ts';

/**
 * A labelling of a grid whose neighbours above and below, left and right should agree: minimise Σ unary(cell, label) + Σ weight(edge) · labelCost(label, label of the neighbour).
 */
export interface GridProblem {
  readonly height: number;
  readonly width: number;
  /** [height, width, labels]: what each label costs at each cell. */
  readonly unary: ArrayLike<number>;
  /** [height − 1, width], ≥ 0: weight of the edge between a cell and the one below. */
  readonly vertical: ArrayLike<number>;
  /** [height, width − 1], ≥ 0: weight of the edge between a cell and the one to its right. */
  readonly horizontal: ArrayLike<number>;
  /** [labels, labels]: what two neighbours' labels cost together; the first is the upper or left one's. */
  readonly labelCost: ArrayLike<number>;
}

/** Visits all edges: the upper or left cell, the lower or right one, the weight. */
export function eachEdge({ height, width, vertical, horizontal }: GridProblem, visit: (cell: number, other: number, weight: number) => void): void {
  for (let cell = 0; cell < (height - 1) * width; cell++) visit(cell, cell + width, vertical[cell]!);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width - 1; x++) visit(y * width + x, y * width + x + 1, horizontal[y * (width - 1) + x]!);
  }
}

/** Number of labels. */
export const labelsOf = ({ labelCost }: GridProblem): number => Math.sqrt(labelCost.length);

/** What a labelling [height, width] costs. */
export function gridEnergy(problem: GridProblem, labelling: ArrayLike<number>): number {
  const { unary, labelCost } = problem;
  const labels = labelsOf(problem);
  let energy = 0;
  for (let cell = 0; cell < labelling.length; cell++) energy += unary[cell * labels + labelling[cell]!]!;
  eachEdge(problem, (cell, other, weight) => {
    energy += weight * labelCost[labelling[cell]! * labels + labelling[other]!]!;
  });
  return energy;
}

function checkValues(caller: string, name: string, values: ArrayLike<number>, length: number, least: number): void {
  if (values.length !== length) throw new RangeError(`${caller}: ${name} must have ${length} values, got ${values.length}`);
  for (let i = 0; i < length; i++) {
    if (!(values[i]! >= least && values[i]! < Infinity)) throw new RangeError(`${caller}: ${name}[${i}] must be ${least === 0 ? '>= 0' : 'finite'}, got ${values[i]}`);
  }
}

/** @throws {RangeError} where sizes do not fit, costs are not finite, weights are negative */
export function checkGridProblem(caller: string, problem: GridProblem): void {
  const { height, width, unary, vertical, horizontal, labelCost } = problem;
  checkWhole(caller, 'height', height);
  checkWhole(caller, 'width', width);
  const labels = labelsOf(problem);
  if (!Number.isInteger(labels) || labels === 0) throw new RangeError(`${caller}: labelCost must have labels · labels values, got ${labelCost.length}`);
  checkValues(caller, 'labelCost', labelCost, labels * labels, -Number.MAX_VALUE);
  checkValues(caller, 'unary', unary, height * width * labels, -Number.MAX_VALUE);
  checkValues(caller, 'vertical', vertical, (height - 1) * width, 0);
  checkValues(caller, 'horizontal', horizontal, height * (width - 1), 0);
}
