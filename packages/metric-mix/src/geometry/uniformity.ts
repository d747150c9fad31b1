import type { ToHostInput } from '@mixwell/tensor';
import type { OnProgress } from '../retrieval/for-each-query.ts';
import { neighbourKernel } from '../retrieval/neighbour-kernel.ts';
import { nearestStep, packedBytes, packRows, panelBytes, PANEL, roundUp, STEPS } from '../retrieval/quantise.ts';
import { readRows, type Rows } from '../rows/read-rows.ts';
import { squaredNorms, unitRows } from '../rows/row-norms.ts';

export interface UniformityOptions {
  /** Scale of squared distances, in (0, 300]. Default 2. */
  readonly t?: number;
  readonly onProgress?: OnProgress;
}

const BLOCK = 64;
const CHUNK = 256;
/** Steps of the second whole number of a column in one step of the first. */
const FINE = 256;

/** What is left of rows once they are whole numbers. */
function remainders({ rows, columns, values }: Rows): Rows {
  return { rows, columns, values: values.map((value) => value * STEPS - nearestStep(value * STEPS)) };
}

/**
 * Uniformity: ln of the mean of e^{−t ‖u − u′‖²} over pairs of different rows, u = unit rows (Wang, Isola, ICML 2020). Lower: rows are spread more evenly. Blockwise: there is never a matrix of all
 * pairs; products are of two whole numbers for each column, 24 bits together.
 *
 * @param embeddings `[rows, dimensions]`, at least two rows
 * @throws {RangeError} for other shapes, numbers that are not finite, t outside (0, 300]
 */
export function uniformity(embeddings: ToHostInput, { t = 2, onProgress = () => {} }: UniformityOptions = {}): number {
  const rows = unitRows(readRows('uniformity', 'embeddings', embeddings));
  if (rows.rows < 2) throw new RangeError(`uniformity: embeddings must have at least 2 rows, got ${rows.rows}`);
  if (!(t > 0 && t <= 300)) throw new RangeError(`uniformity: t must be in (0, 300], got ${t}`);
  const n = rows.rows;
  const columns = roundUp(rows.columns, 8);
  const padded = { rows: roundUp(n, BLOCK), columns };
  const size = packedBytes(padded);
  const tile = 4 * BLOCK * CHUNK;
  const [coarse, fine, products] = [0, size, 2 * size];
  const { kernel, buffer } = neighbourKernel(products + 3 * tile, () => {});
  packRows(rows, STEPS, new Int16Array(buffer, coarse, size / 2));
  packRows(remainders(rows), FINE, new Int16Array(buffer, fine, size / 2));
  const [whole, left, right] = [0, 1, 2].map((i) => new Int32Array(buffer, products + i * tile, tile / 4)) as [Int32Array, Int32Array, Int32Array];
  const panel = panelBytes(columns);
  const at = (base: number, row: number): number => base + (roundUp(row, PANEL) / PANEL) * panel;
  const squares = squaredNorms(rows);
  let sum = 0;
  for (let a = 0; a < n; a += BLOCK) {
    const endA = Math.min(a + BLOCK, n);
    for (let b = a; b < n; b += CHUNK) {
      const endB = Math.min(b + CHUNK, n);
      for (const [i, [x, y]] of ([[coarse, coarse], [coarse, fine], [fine, coarse]] as const).entries()) {
        kernel.products(at(x, a), at(x, endA), at(y, b), at(y, endB), panel, products + i * tile, 4 * CHUNK);
      }
      for (let row = a; row < endA; row++) {
        for (let other = Math.max(b, row + 1); other < endB; other++) {
          const cell = (row - a) * CHUNK + other - b;
          const cosine = (whole[cell]! + (left[cell]! + right[cell]!) / FINE) / STEPS ** 2;
          // e^{2t} is taken out, so that exponents are from −2t to 2t
          sum += Math.exp(t * (2 - Math.max(0, squares[row]! + squares[other]! - 2 * cosine)));
        }
      }
    }
    onProgress(1 - ((n - endA) / n) ** 2);
  }
  return Math.log(sum / ((n * (n - 1)) / 2)) - 2 * t;
}
