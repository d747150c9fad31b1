import type { Matrix } from './read.ts';

type Numbers = ArrayLike<number>;

/** Scalar product of row i of a and row j of b, both of d columns. In four sums: one would wait for itself. */
export function dot(a: Numbers, i: number, b: Numbers, j: number, d: number): number {
  const [from, to] = [i * d, j * d];
  const rest = d - (d % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let c = 0; c < rest; c += 4) {
    s0 += a[from + c]! * b[to + c]!;
    s1 += a[from + c + 1]! * b[to + c + 1]!;
    s2 += a[from + c + 2]! * b[to + c + 2]!;
    s3 += a[from + c + 3]! * b[to + c + 3]!;
  }
  for (let c = rest; c < d; c++) s0 += a[from + c]! * b[to + c]!;
  return s0 + s1 + (s2 + s3);
}

/** ‖a_i − b_j‖² of row i of a and row j of b, both of d columns. */
export function squaredDistance(a: Numbers, i: number, b: Numbers, j: number, d: number): number {
  const [from, to] = [i * d, j * d];
  const rest = d - (d % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let c = 0; c < rest; c += 4) {
    s0 += (a[from + c]! - b[to + c]!) ** 2;
    s1 += (a[from + c + 1]! - b[to + c + 1]!) ** 2;
    s2 += (a[from + c + 2]! - b[to + c + 2]!) ** 2;
    s3 += (a[from + c + 3]! - b[to + c + 3]!) ** 2;
  }
  for (let c = rest; c < d; c++) s0 += (a[from + c]! - b[to + c]!) ** 2;
  return s0 + s1 + (s2 + s3);
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
