import { hostTensor, type HostTensor, normal, type Rng, type ToHostInput } from '@mixwell/tensor';
import { Matrix, QrDecomposition } from 'ml-matrix';
import { checkPositive, checkWhole } from '../input/check.ts';
import { checkSize, readMatrix } from '../input/read.ts';
import { isSimplexEtf } from './is-simplex-etf.ts';

export interface SimplexEtfOptions {
  /** C, at least 2. */
  readonly numClasses: number;
  /** d, at least C − 1. */
  readonly featureDim: number;
  /** Length of every row. Default 1. */
  readonly norm?: number;
  /** U `[features, classes]` with orthonormal columns; for d = C − 1 with orthonormal rows that sum to 0. Default: the first axes of the space. */
  readonly basis?: ToHostInput;
  /** Draws U uniformly. Not together with `basis`. */
  readonly rng?: Rng;
}

/** Orthonormal directions `[C, C − 1]` that are orthogonal to (1, …, 1): Helmert's. */
function helmert(classes: number): Matrix {
  const columns = new Matrix(classes, classes - 1);
  for (let j = 0; j < classes - 1; j++) {
    const length = Math.sqrt((j + 1) * (j + 2));
    for (let k = 0; k <= j; k++) columns.set(k, j, 1 / length);
    columns.set(j + 1, j, -(j + 1) / length);
  }
  return columns;
}

/** Orthonormal columns `[rows, columns]`, uniformly drawn: Q of a normal matrix whose R has a positive diagonal (Mezzadri 2007, arXiv math-ph/0609050). */
function randomColumns(rng: Rng, rows: number, columns: number): Matrix {
  const drawn = Matrix.from1DArray(rows, columns, Array.from({ length: rows * columns }, () => normal(rng)));
  const { orthogonalMatrix, upperTriangularMatrix } = new QrDecomposition(drawn);
  for (let j = 0; j < columns; j++) {
    if (upperTriangularMatrix.get(j, j) < 0) orthogonalMatrix.mulColumn(j, -1);
  }
  return orthogonalMatrix;
}

/** U, `[features, classes]`. */
function basisOf({ numClasses: classes, featureDim, basis, rng }: SimplexEtfOptions): Matrix {
  if (basis !== undefined) {
    const given = readMatrix('simplexEtf', 'basis', basis);
    checkSize('simplexEtf', 'basis', given, featureDim, classes);
    return Matrix.from1DArray(featureDim, classes, given.values);
  }
  if (featureDim >= classes) return rng ? randomColumns(rng, featureDim, classes) : Matrix.eye(featureDim, classes);
  const directions = helmert(classes);
  return (rng ? directions.mmul(randomColumns(rng, featureDim, featureDim)) : directions).transpose();
}

/**
 * A simplex equiangular tight frame: C vectors of one length, every two at the largest angle that all can have, cos = −1 / (C − 1). Row k is
 * m √(C / (C − 1)) (e_k − 1/C) Uᵀ; W Wᵀ = m² C / (C − 1) (I − 11ᵀ/C), and rows sum to 0.
 *
 * Papyan, Han, Donoho, "Prevalence of neural collapse during the terminal phase of deep learning training", PNAS 117(40), 2020.
 *
 * @returns `[classes, features]`
 * @throws {RangeError} for fewer than 2 classes, d < C − 1, a norm that is not > 0, a basis that is not orthonormal
 * @throws {TypeError} for both a basis and an rng
 */
export function simplexEtf(options: SimplexEtfOptions): HostTensor<'float64'> {
  const { numClasses: classes, featureDim, norm = 1 } = options;
  checkWhole('simplexEtf', 'numClasses', classes, 2);
  checkWhole('simplexEtf', 'featureDim', featureDim, classes - 1);
  checkPositive('simplexEtf', 'norm', norm);
  if (options.basis !== undefined && options.rng !== undefined) throw new TypeError('simplexEtf: basis and rng must not come together');
  const basis = basisOf(options);
  const scale = norm * Math.sqrt(classes / (classes - 1));
  const rows = new Float64Array(classes * featureDim);
  for (let c = 0; c < featureDim; c++) {
    const axis = basis.getRow(c);
    const mean = axis.reduce((sum, value) => sum + value, 0) / classes;
    axis.forEach((value, k) => { rows[k * featureDim + c] = scale * (value - mean); });
  }
  if (!isSimplexEtf({ rows: classes, columns: featureDim, values: rows }, norm)) {
    throw new RangeError(`simplexEtf: basis must have ${featureDim >= classes ? 'orthonormal columns' : 'orthonormal rows that sum to 0'}`);
  }
  return hostTensor('float64', [classes, featureDim], rows);
}
