import type { Values } from '../method.ts';

/** Factors of a matrix `[rows, columns]`, of as many rows as are asked for. */
export interface Factors {
  /** `[rows, rank]`, from the row on in which the values begin. */
  readonly left: Values;
  /** `[rank, columns]` */
  readonly right: Values;
  readonly rank: number;
  readonly columns: number;
  readonly scale: number;
}

/** Adds a row of left times right to `sums`, term by term in the order of the rank; four at a time, so that sums are fetched less often. */
function addProduct(sums: Float64Array, length: number, left: Values, row: number, right: Values, column: number, rank: number, columns: number): void {
  let k = 0;
  for (; k + 4 <= rank; k += 4) {
    const [f0, f1, f2, f3] = [left[row + k]!, left[row + k + 1]!, left[row + k + 2]!, left[row + k + 3]!];
    const s0 = k * columns + column;
    const [s1, s2, s3] = [s0 + columns, s0 + 2 * columns, s0 + 3 * columns];
    for (let j = 0; j < length; j++) sums[j] = sums[j]! + f0 * right[s0 + j]! + f1 * right[s1 + j]! + f2 * right[s2 + j]! + f3 * right[s3 + j]!;
  }
  for (; k < rank; k++) {
    const factor = left[row + k]!;
    const start = k * columns + column;
    for (let j = 0; j < length; j++) sums[j]! += factor * right[start + j]!;
  }
}

/** Adds scale · left · right to the elements of a matrix from `from` on, in place. Sums are float64 in a fixed order, so that ranges change no bit. */
export function addLowRank(values: Values, from: number, { left, right, rank, columns, scale }: Factors): void {
  const sums = new Float64Array(Math.min(columns, values.length));
  const firstRow = Math.floor(from / columns);
  for (let at = 0; at < values.length;) {
    const column = (from + at) % columns;
    const row = Math.floor((from + at) / columns) - firstRow;
    const length = Math.min(columns - column, values.length - at);
    sums.fill(0, 0, length);
    addProduct(sums, length, left, row * rank, right, column, rank, columns);
    for (let j = 0; j < length; j++) values[at + j]! += scale * sums[j]!;
    at += length;
  }
}

/** Multiplies the elements of a tensor from `from` on, in place: each by the factor of its place along `axis`. */
export function scaleAlong(values: Values, from: number, factor: Values, shape: readonly number[], axis: number): void {
  const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  for (let i = 0; i < values.length; i++) values[i]! *= factor[Math.floor((from + i) / stride) % factor.length]!;
}

/** `[rows, columns]` as `[columns, rows]`. */
export function transposed(values: Values, rows: number, columns: number): Values {
  const out = new (values.constructor as new (size: number) => Values)(values.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  return out;
}
