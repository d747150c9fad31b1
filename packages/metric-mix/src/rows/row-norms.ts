import type { Rows } from './read-rows.ts';

/** Squared Euclidean length of each row `[rows]`, in float64. */
export function squaredNorms({ rows, columns, values }: Rows): Float64Array {
  const squares = new Float64Array(rows);
  for (let r = 0, at = 0; r < rows; r++) {
    let sum = 0;
    for (const end = at + columns; at < end; at++) sum += values[at]! ** 2;
    squares[r] = sum;
  }
  return squares;
}

/** Rows of length 1, rounded to float32: rows of one direction become equal. A row of zeros stays one. */
export function unitRows(rows: Rows): Rows {
  const values = new Float32Array(rows.values.length);
  squaredNorms(rows).forEach((square, r) => {
    const norm = Math.max(Math.sqrt(square), 1e-12);
    for (let at = r * rows.columns, end = at + rows.columns; at < end; at++) values[at] = rows.values[at]! / norm;
  });
  return { ...rows, values };
}
