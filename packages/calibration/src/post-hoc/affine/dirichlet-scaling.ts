// Kull et al.: Beyond temperature scaling: Obtaining well-calibrated multiclass probabilities with Dirichlet calibration, 2019 (arXiv 1910.12656).
import type { HostTensor } from '@mixwell/tensor';
import { type ArrayInput, type Matrix, type Predictions, readLabels } from '../../inputs/predictions.ts';
import { probabilityMatrix } from '../../inputs/softmax.ts';
import { type AffineFit, applyAffine, checkPenalties, fitAffine } from './affine-scaling.ts';
import { type OdirOptions, rowsOfSquare } from './matrix-scaling.ts';

/** softmax(W log p + b): plain data that survives JSON. */
export interface DirichletCalibrator extends AffineFit {
  readonly type: 'dirichlet';
  readonly version: 1;
  /** `[classes, classes]`: row i gives logit i. */
  readonly weights: readonly (readonly number[])[];
}

/** Probabilities below this count as this. */
export const leastProbability = 1e-12;

/** log p, p clipped from below: logits of predictions that are given as probabilities. */
export function logProbabilities(predictions: Predictions, caller: string): Matrix {
  const matrix = probabilityMatrix(predictions, caller);
  const { values } = matrix;
  for (let i = 0; i < values.length; i++) values[i] = Math.log(Math.min(1, Math.max(leastProbability, values[i]!)));
  return matrix;
}

/**
 * Dirichlet calibration: matrix scaling of log-probabilities with off-diagonal and intercept regularisation, whose weights are divided by the number of what
 * they sum over, as in the paper.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, of a validation split; probabilities below 1e-12 count as that
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function fitDirichlet(predictions: Predictions, labels: ArrayInput, { lambda = 0.01, mu = 0.01 }: OdirOptions = {}): DirichletCalibrator {
  const caller = 'fitDirichlet';
  checkPenalties({ lambda, mu }, caller);
  const matrix = logProbabilities(predictions, caller);
  const { weights, ...fit } = fitAffine('matrix', matrix, readLabels(labels, matrix.rows, matrix.columns, caller), { lambda, mu });
  return { type: 'dirichlet', version: 1, weights: rowsOfSquare(weights, matrix.columns), ...fit };
}

/** Calibrated logits `[n, classes]`, float64: pass them on as `{ logits }`. */
export function applyDirichlet({ weights, bias }: Pick<DirichletCalibrator, 'weights' | 'bias'>, predictions: Predictions): HostTensor<'float64'> {
  return applyAffine('matrix', weights.flat(), bias, logProbabilities(predictions, 'applyDirichlet'), 'applyDirichlet');
}
