import { type HostTensor, hostTensor, type ToHostInput } from '@mixwell/tensor';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { readRows, type Rows } from '../rows/read-rows.ts';
import { unitRows } from '../rows/row-norms.ts';

/** The plane in which rows vary most. */
export interface PrincipalPlane {
  /** Shares of the variance along its two axes. */
  readonly explained: readonly [number, number];
  /** Rows `[n, dimensions]` in the plane: `[n, 2]`. */
  readonly project: (embeddings: ToHostInput) => HostTensor<'float64'>;
}

function meanRow({ rows, columns, values }: Rows): Float64Array {
  const mean = new Float64Array(columns);
  values.forEach((value, at) => { mean[at % columns]! += value / rows; });
  return mean;
}

function covariance({ rows, columns, values }: Rows, mean: Float64Array): Matrix {
  const sums = Array.from({ length: columns }, () => new Float64Array(columns));
  const centred = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) centred[c] = values[r * columns + c]! - mean[c]!;
    for (let i = 0; i < columns; i++) for (let j = 0; j <= i; j++) sums[i]![j]! += centred[i]! * centred[j]!;
  }
  return Matrix.from1DArray(columns, columns, Float64Array.from({ length: columns * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return sums[Math.max(i, j)]![Math.min(i, j)]! / rows;
  }));
}

/** An axis of which the largest component is positive, so that pictures of the same rows are not mirrored. */
function towardsLargest(axis: readonly number[]): readonly number[] {
  const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

/**
 * Principal components of embeddings: the two directions along which they vary most.
 *
 * @param embeddings `[rows, dimensions]`, at least two of each
 * @param options normalize: whether rows count as if they had length 1. Default true
 * @throws {RangeError} for other shapes, numbers that are not finite, rows that are all the same
 */
export function principalPlane(embeddings: ToHostInput, { normalize = true }: { readonly normalize?: boolean } = {}): PrincipalPlane {
  const read = (name: string, input: ToHostInput): Rows => {
    const rows = readRows('principalPlane', name, input);
    return normalize ? unitRows(rows) : rows;
  };
  const rows = read('embeddings', embeddings);
  const { columns } = rows;
  if (rows.rows < 2 || columns < 2) throw new RangeError(`principalPlane: embeddings must have at least 2 rows and columns, got [${rows.rows}, ${columns}]`);
  const mean = meanRow(rows);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance(rows, mean), { assumeSymmetric: true });
  const total = realEigenvalues.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) throw new RangeError('principalPlane: embeddings must not be all the same');
  const [first, second] = realEigenvalues.map((_, i) => i).toSorted((a, b) => realEigenvalues[b]! - realEigenvalues[a]!) as [number, number];
  const axes = [first, second].map((i) => towardsLargest(eigenvectorMatrix.getColumn(i)));
  return {
    explained: [realEigenvalues[first]! / total, Math.max(0, realEigenvalues[second]!) / total],
    project(more) {
      const { rows: count, columns: width, values } = read('embeddings', more);
      if (width !== columns) throw new RangeError(`principalPlane: embeddings must have shape [rows, ${columns}], got [${count}, ${width}]`);
      return hostTensor('float64', [count, 2], Float64Array.from({ length: 2 * count }, (_, at) => {
        const [row, axis] = [at >> 1, axes[at & 1]!];
        return axis.reduce((sum, value, c) => sum + value * (values[row * columns + c]! - mean[c]!), 0);
      }));
    },
  };
}
