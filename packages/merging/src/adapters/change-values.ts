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

/** Adds scale · left · right to the elements of a matrix from `from` on, in place. Sums are float64 in a fixed order, so that ranges change no bit. */
export function addLowRank(values: Values, from: number, { left, right, rank, columns, scale }: Factors): void {
  const sums = new Float64Array(Math.min(columns, values.length));
  const firstRow = Math.floor(from / columns);
  for (let at = 0; at < values.length;) {
    const column = (from + at) % columns;
    const row = Math.floor((from + at) / columns) - firstRow;
    const length = Math.min(columns - column, values.length - at);
    sums.fill(0, 0, length);
    for (let k = 0; k < rank; k++) {
      const factor = left[row * rank + k]!;
      const start = k * columns + column;
      for (let j = 0; j < length; j++) sums[j]! += factor * right[start + j]!;
    }
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
