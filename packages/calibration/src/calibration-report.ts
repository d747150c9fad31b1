import { adaptiveCalibrationError } from './binned/adaptive-calibration-error.ts';
import { type BinOptions, defaultBins } from './binned/bins.ts';
import { brierScore } from './scores/brier-score.ts';
import { classwiseEce } from './binned/classwise-ece.ts';
import { expectedCalibrationError } from './binned/expected-calibration-error.ts';
import { negativeLogLikelihood } from './scores/negative-log-likelihood.ts';
import { overUnderConfidence } from './binned/over-under-confidence.ts';
import type { ArrayInput, Predictions } from './inputs/predictions.ts';
import { reliabilityDiagram } from './reliability/reliability-diagram.ts';

/** The usual numbers, with the settings needed to reproduce them. Plain JSON. */
export interface CalibrationReport {
  readonly n: number;
  readonly settings: { readonly bins: number; readonly rule: 'right' | 'left' };
  readonly accuracy: number;
  readonly meanConfidence: number;
  readonly nll: number;
  readonly brier: number;
  /** Top label, bins of equal width. */
  readonly ece: number;
  readonly mce: number;
  readonly rmsCe: number;
  readonly averageCe: number;
  /** Top label, groups of equal size. */
  readonly adaptiveEce: number;
  readonly classwiseEce: number;
  /** Nixon's ACE. */
  readonly ace: number;
  readonly overconfidence: number;
  readonly underconfidence: number;
}

/**
 * Every metric of this package at once.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 */
export function calibrationReport(predictions: Predictions, labels: ArrayInput, options: Pick<BinOptions, 'bins' | 'rule'> = {}): CalibrationReport {
  const settings = { bins: defaultBins, rule: 'right', ...options } as const;
  const { n, accuracy, confidence, ece, mce } = reliabilityDiagram(predictions, labels, settings);
  const { over, under } = overUnderConfidence(predictions, labels, settings);
  return {
    n,
    settings,
    accuracy,
    meanConfidence: confidence,
    nll: negativeLogLikelihood(predictions, labels),
    brier: brierScore(predictions, labels),
    ece,
    mce,
    rmsCe: expectedCalibrationError(predictions, labels, { ...settings, norm: 'l2' }),
    averageCe: expectedCalibrationError(predictions, labels, { ...settings, norm: 'average' }),
    adaptiveEce: expectedCalibrationError(predictions, labels, { ...settings, binning: 'mass' }),
    classwiseEce: classwiseEce(predictions, labels, settings).value,
    ace: adaptiveCalibrationError(predictions, labels, { bins: settings.bins }),
    overconfidence: over,
    underconfidence: under,
  };
}
