import type { Matrix } from './read.ts';

type Numbers = ArrayLike<number>;

/** Scalar product of row i of a and row j of b, both of d columns. */
export function dot(a: Numbers, i: number, b: Numbers, j: number, d: number): number {
  let sum = 0;
  for (let c = 0, at = i * d, bt = j * d; c < d; c++) sum += a[at + c]! * b[bt + c]!;
  return sum;
}

/** Length of row i. */
export const rowNorm = (a: Numbers, i: number, d: number): number => Math.sqrt(dot(a, i, a, i, d));

/** All scalar products of rows of a and rows of b, [a.rows, b.rows]. */
export function rowProducts(a: Matrix, b: Matrix): Float64Array {
  const products = new Float64Array(a.rows * b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) products[i * b.rows + j] = dot(a.values, i, b.values, j, a.columns);
  }
  return products;
}

/** Mean of the rows, [columns]. */
export function meanRow({ rows, columns, values }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < columns; c++) mean[c]! += values[i * columns + c]! / rows;
  }
  return mean;
}

/** The rows less one vector. */
export function shifted({ rows, columns, values }: Matrix, origin: Numbers): Matrix & { readonly values: Float64Array } {
  return { rows, columns, values: Float64Array.from(values, (value, at) => value - origin[at % columns]!) };
}

/** Some rows, in the order of the indices. */
export function takeRows({ columns, values }: Matrix, indices: ArrayLike<number>): Matrix & { readonly values: Float64Array } {
  const taken = new Float64Array(indices.length * columns);
  for (let i = 0; i < indices.length; i++) taken.set(values.subarray(indices[i]! * columns, (indices[i]! + 1) * columns), i * columns);
  return { rows: indices.length, columns, values: taken };
}

/** Sum over rows of weights[k] · row k, [columns]. */
export function combineRows(weights: Numbers, { rows, columns, values }: Matrix): Float64Array {
  const sum = new Float64Array(columns);
  for (let k = 0; k < rows; k++) {
    const weight = weights[k]!;
    for (let c = 0; c < columns; c++) sum[c]! += weight * values[k * columns + c]!;
  }
  return sum;
}
