// Guo et al. 2017 (arXiv 1706.04599), section 4.2; off-diagonal and intercept regularisation (ODIR): Kull et al. 2019 (arXiv 1910.12656), section 4.
import type { HostTensor } from '@mixwell/tensor';
import { type ArrayInput, readLabels, readLogits } from '../../inputs/predictions.ts';
import { type AffineFit, applyAffine, checkPenalties, fitAffine } from './affine-scaling.ts';

/** softmax(W z + b): plain data that survives JSON. */
export interface MatrixCalibrator extends AffineFit {
  readonly type: 'matrix';
  readonly version: 1;
  /** `[classes, classes]`: row i gives logit i. */
  readonly weights: readonly (readonly number[])[];
}

export interface OdirOptions {
  /** Weight of Σ_{i≠j} W_ij² / (classes (classes − 1)). Default 0.01. */
  readonly lambda?: number;
  /** Weight of Σ b² / classes. Default 0.01. */
  readonly mu?: number;
}

/** The rows of a square matrix. */
export const rowsOfSquare = (values: Float64Array, size: number): number[][] => Array.from({ length: size }, (_, i) => Array.from(values.subarray(i * size, (i + 1) * size)));

/**
 * Matrix scaling: a full matrix and a bias that minimise the mean NLL and its penalties, by Newton's method to a gradient below 1e-9. Without penalties
 * (`lambda: 0, mu: 0`) it over-fits where classes are many and samples few.
 *
 * @param logits `[n, classes]`, of a validation split
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function fitMatrixScaling(logits: ArrayInput, labels: ArrayInput, { lambda = 0.01, mu = 0.01 }: OdirOptions = {}): MatrixCalibrator {
  const caller = 'fitMatrixScaling';
  checkPenalties({ lambda, mu }, caller);
  const matrix = readLogits(logits, caller);
  const { weights, ...fit } = fitAffine('matrix', matrix, readLabels(labels, matrix.rows, matrix.columns, caller), { lambda, mu });
  return { type: 'matrix', version: 1, weights: rowsOfSquare(weights, matrix.columns), ...fit };
}

/** Calibrated logits `[n, classes]`, float64: pass them on as `{ logits }`. */
export function applyMatrixScaling({ weights, bias }: Pick<MatrixCalibrator, 'weights' | 'bias'>, logits: ArrayInput): HostTensor<'float64'> {
  return applyAffine('matrix', weights.flat(), bias, readLogits(logits, 'applyMatrixScaling'), 'applyMatrixScaling');
}
