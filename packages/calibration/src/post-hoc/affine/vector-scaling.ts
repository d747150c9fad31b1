// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017 (arXiv 1706.04599), section 4.2.
import type { HostTensor } from '@mixwell/tensor';
import { type ArrayInput, readLabels, readLogits } from '../../inputs/predictions.ts';
import { type AffineFit, applyAffine, checkPenalties, fitAffine } from './affine-scaling.ts';

/** softmax(w ∘ z + b): plain data that survives JSON. */
export interface VectorCalibrator extends AffineFit {
  readonly type: 'vector';
  readonly version: 1;
  /** One per class. */
  readonly weights: readonly number[];
}

export interface FitVectorScalingOptions {
  /** Weight of Σ b² / classes. Default 0: then the mean bias, which changes nothing, is 0. */
  readonly mu?: number;
}

/**
 * Vector scaling: a weight and a bias per class that minimise the mean NLL, by Newton's method to a gradient below 1e-9.
 *
 * @param logits `[n, classes]`, of a validation split
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function fitVectorScaling(logits: ArrayInput, labels: ArrayInput, { mu = 0 }: FitVectorScalingOptions = {}): VectorCalibrator {
  const caller = 'fitVectorScaling';
  checkPenalties({ lambda: 0, mu }, caller);
  const matrix = readLogits(logits, caller);
  const { weights, ...fit } = fitAffine('vector', matrix, readLabels(labels, matrix.rows, matrix.columns, caller), { lambda: 0, mu });
  return { type: 'vector', version: 1, weights: Array.from(weights), ...fit };
}

/** Calibrated logits `[n, classes]`, float64: pass them on as `{ logits }`. */
export function applyVectorScaling({ weights, bias }: Pick<VectorCalibrator, 'weights' | 'bias'>, logits: ArrayInput): HostTensor<'float64'> {
  return applyAffine('vector', weights, bias, readLogits(logits, 'applyVectorScaling'), 'applyVectorScaling');
}
