import type { ToHostInput } from '@mixwell/tensor';
import { type Matrix, readMatrix } from '../input/read.ts';
import { rowNorm, rowProducts } from '../input/rows.ts';

/** How far vectors are from a simplex ETF: all numbers are 0 for one (NC2). */
export interface FrameGeometry {
  /** Standard deviation of the lengths over their mean. */
  readonly equinorm: number;
  /** Standard deviation of the cosines of pairs. 0 for two classes whatever they are. */
  readonly equiangular: number;
  /** Mean of |cos + 1 / (C − 1)| over pairs. */
  readonly maxAngle: number;
  /** ‖ G / ‖G‖ − (I − 11ᵀ/C) / √(C − 1) ‖, Frobenius, of the products G of all pairs. */
  readonly etfError: number;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: Float64Array): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

/** ‖ G / ‖G‖ − (I − 11ᵀ/C) / √(C − 1) ‖, Frobenius, for products G `[C, C]`. */
export function etfError(products: Float64Array, classes: number): number {
  const length = rowNorm(products, 0, products.length);
  const unit = 1 / Math.sqrt(classes - 1);
  return Math.sqrt(products.reduce((sum, product, at) => sum + (product / length - unit * (Number(at % (classes + 1) === 0) - 1 / classes)) ** 2, 0));
}

export function geometryOf(frame: Matrix): FrameGeometry {
  const { rows: classes } = frame;
  const products = rowProducts(frame, frame);
  const norms = Float64Array.from({ length: classes }, (_, k) => Math.sqrt(products[k * classes + k]!));
  const cosines = products.map((product, at) => product / (norms[Math.floor(at / classes)]! * norms[at % classes]!)).filter((_, at) => at % (classes + 1) !== 0);
  return {
    equinorm: deviation(norms) / mean(norms),
    equiangular: deviation(cosines),
    maxAngle: mean(cosines.map((cosine) => Math.abs(cosine + 1 / (classes - 1)))),
    etfError: etfError(products, classes),
  };
}

/**
 * NC2: how far the rows of a matrix are from a simplex ETF. Rows are taken as they are: centre class means before.
 *
 * Papyan, Han, Donoho, PNAS 117(40), 2020, figures 2 to 4; the error of Zhu et al., "A Geometric Analysis of Neural Collapse with Unconstrained Features", NeurIPS 2021, arXiv 2105.02375.
 *
 * @param vectors `[classes, features]`; a row of zeros makes angles NaN
 * @throws {RangeError} for fewer than two rows, or an element that is not finite
 */
export function frameGeometry(vectors: ToHostInput): FrameGeometry {
  const frame = readMatrix('frameGeometry', 'vectors', vectors);
  if (frame.rows < 2) throw new RangeError(`frameGeometry: vectors must have at least 2 rows, got ${frame.rows}`);
  return geometryOf(frame);
}
