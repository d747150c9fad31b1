import type { ToHostInput } from '@mixwell/tensor';
import { numberClasses, readLabels } from '../rows/read-labels.ts';
import { readRows } from '../rows/read-rows.ts';
import { squaredNorms, unitRows } from '../rows/row-norms.ts';

/**
 * Alignment: mean of ‖u − u′‖² over pairs of rows of one class, u = unit rows (Wang, Isola, ICML 2020, with power 2). Lower: classes are tighter. In one pass: over n rows of a class the sum is
 * n Σ ‖u‖² − ‖Σ u‖².
 *
 * @param embeddings `[rows, dimensions]`
 * @param labels `[rows]`, whole numbers
 * @throws {RangeError} for shapes that do not fit, numbers that are not finite, no two rows of one class
 */
export function alignment(embeddings: ToHostInput, labels: ToHostInput): number {
  const rows = unitRows(readRows('alignment', 'embeddings', embeddings));
  const { of, counts } = numberClasses(readLabels('alignment', 'labels', labels, rows.rows));
  const pairs = counts.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  if (pairs === 0) throw new RangeError('alignment: labels must have a class of two rows, got none');
  const { columns, values } = rows;
  const sums = new Float64Array(counts.length * columns);
  const squares = new Float64Array(counts.length);
  squaredNorms(rows).forEach((square, row) => {
    const own = of[row]!;
    squares[own]! += square;
    for (let c = 0; c < columns; c++) sums[own * columns + c]! += values[row * columns + c]!;
  });
  let total = 0;
  for (const [k, count] of counts.entries()) {
    let length = 0;
    for (let c = 0; c < columns; c++) length += sums[k * columns + c]! ** 2;
    total += count * squares[k]! - length;
  }
  return Math.max(0, total) / pairs;
}
