import { checkShare, checkWhole } from '../check.ts';

/** One number for all rows, or one for each. */
export type PerRow = number | ArrayLike<number>;

/** [rows, 2]: every image of the batch and its partner. */
export function pairSources(caller: string, partner: ArrayLike<number>): Int32Array {
  const rows = partner.length;
  checkWhole(caller, 'number of partners', rows);
  const sources = new Int32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const source = partner[row]!;
    if (!Number.isInteger(source) || source < 0 || source >= rows) throw new RangeError(`${caller}: partner[${row}] must be a whole number in [0, ${rows}), got ${source}`);
    sources.set([row, source], 2 * row);
  }
  return sources;
}

/** [rows]: the partner of each image of a batch. */
export function readPartner(caller: string, partner: ArrayLike<number>, rows: number): Int32Array {
  if (partner.length !== rows) throw new RangeError(`${caller}: partner must have ${rows} values, got ${partner.length}`);
  return pairSources(caller, partner).filter((_, i) => i % 2 === 1);
}

/** One λ for each of `rows`, checked. A single one stays single. */
export function readLambdas(caller: string, lambda: PerRow, rows: number, name = 'lambda'): ArrayLike<number> {
  const lambdas = typeof lambda === 'number' ? [lambda] : lambda;
  if (typeof lambda !== 'number' && lambdas.length !== rows) throw new RangeError(`${caller}: ${name} must be one number, or one for each of ${rows} rows, got ${lambdas.length}`);
  for (let row = 0; row < lambdas.length; row++) checkShare(caller, typeof lambda === 'number' ? name : `${name}[${row}]`, lambdas[row]!);
  return lambdas;
}

/** [rows, 2] pairs of λ and 1 − λ; a single λ is repeated. */
export function pairWeights(lambdas: ArrayLike<number>, rows: number): Float32Array {
  const weights = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const lambda = lambdas[lambdas.length === 1 ? 0 : row]!;
    weights[2 * row] = lambda;
    weights[2 * row + 1] = 1 - lambda;
  }
  return weights;
}
