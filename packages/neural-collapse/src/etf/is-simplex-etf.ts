import type { Matrix } from '../input/read.ts';
import { rowNorm, rowProducts } from '../input/rows.ts';

/** What rounding to float32 may do to W Wᵀ, in units of m². */
const TOLERANCE = 1e-5;

/** Whether the rows of a matrix are a simplex ETF with rows of this length: W Wᵀ is m² C / (C − 1) (I − 11ᵀ/C). */
export function isSimplexEtf(frame: Matrix, norm: number): boolean {
  const { rows: classes } = frame;
  const square = norm * norm;
  return rowProducts(frame, frame).every((product, at) => {
    const expected = at % (classes + 1) === 0 ? square : -square / (classes - 1);
    return Math.abs(product - expected) <= TOLERANCE * square;
  });
}

/** Mean length of the rows. */
export function meanRowNorm({ rows, columns, values }: Matrix): number {
  let sum = 0;
  for (let k = 0; k < rows; k++) sum += rowNorm(values, k, columns);
  return sum / rows;
}
