import { type BinOptions, defaultBins } from './binned/bins.ts';
import { adaptiveErrorOf } from './binned/adaptive-calibration-error.ts';
import { binOptions, type BinSettings, statisticsOf } from './binned/bin-statistics.ts';
import { calibrationErrorOf, debiasedOf } from './binned/expected-calibration-error.ts';
import { ascending } from './binned/order.ts';
import { ksErrorOf } from './bin-free/ks-error.ts';
import { mmceOf } from './bin-free/mmce.ts';
import { type Skce, skceOf } from './bin-free/skce.ts';
import { smoothEceOf } from './bin-free/smooth-ece.ts';
import { type Events, readClassified } from './inputs/events.ts';
import { type ArrayInput, type Predictions, readScores } from './inputs/predictions.ts';
import { riskCoverageOf } from './scores/risk-coverage.ts';
import { addToCalibration, calibrationStream, streamedCalibration, type StreamedCalibration } from './stream/calibration-stream.ts';

/** The usual numbers, with the settings needed to reproduce them. Plain JSON. Top label unless it says classwise. */
export interface CalibrationReport extends StreamedCalibration {
  readonly settings: BinSettings & { readonly binning: 'width'; readonly mode: 'top-label' };
  /** ECE over groups of equal mass. */
  readonly adaptiveEce: number;
  /** l2 over groups of equal mass, less what chance adds (Kumar et al. 2019). */
  readonly debiasedCe: number;
  /** Nixon's ACE: classwise, groups of equal mass. */
  readonly ace: number;
  readonly ksError: number;
  readonly smoothEce: number;
  /** Kernel width 0.4. */
  readonly mmce: number;
  /** Squared kernel error of the whole vector, with its estimator and bandwidth; null where it has no bandwidth (half of the predictions are equal) or for one row. */
  readonly skce: Skce | null;
  readonly aurc: number;
  readonly excessAurc: number;
  /** Of correctness; null where all are right or all wrong. */
  readonly auroc: number | null;
}

/** Rows up to which the report pairs all of them for SKCE. */
const skceRows = 1000;

/** Metrics of the top label that need it in order. */
function ordered(events: Events, bins: number) {
  const sorted = ascending(events);
  const groups = statisticsOf(sorted, binOptions({ bins, binning: 'mass' }, 'calibrationReport'));
  const { aurc, excessAurc, auroc } = riskCoverageOf(sorted);
  return {
    adaptiveEce: calibrationErrorOf(groups, 'l1'),
    debiasedCe: debiasedOf(groups),
    ksError: ksErrorOf(sorted),
    smoothEce: smoothEceOf(sorted),
    mmce: mmceOf(sorted, 0.4).value,
    aurc,
    excessAurc,
    auroc: Number.isNaN(auroc) ? null : auroc,
  };
}

/**
 * Every metric of this package at once, except those that need random numbers (`bootstrap`, `logitSmoothedEce`).
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws {RangeError} naming the first bad row
 */
export function calibrationReport(predictions: Predictions, labels: ArrayInput, options: Pick<BinOptions, 'bins' | 'rule'> = {}): CalibrationReport {
  const { bins = defaultBins, rule = 'right' } = options;
  const stream = calibrationStream({ classes: readScores(predictions, 'calibrationReport').columns, bins, rule });
  const events = addToCalibration(stream, predictions, labels);
  const { matrix, labels: y } = readClassified(predictions, labels, 'calibrationReport');
  return {
    ...streamedCalibration(stream),
    ...ordered(events, bins),
    ace: adaptiveErrorOf(matrix, y, bins, -1),
    skce: matrix.rows < 2 ? null : skceOf(matrix, y, { estimator: matrix.rows <= skceRows ? 'unbiased' : 'block' }),
  };
}
