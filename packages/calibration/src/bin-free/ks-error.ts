// Gupta et al.: Calibration of Neural Networks using Splines, 2021 (arXiv 2006.12800), equation 8.
import { ascending, eachTie } from '../binned/order.ts';
import { compensatedSum } from '../inputs/compensated-sum.ts';
import { type CalibrationMode, type Events, modeOf, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';

export interface BinFreeOptions {
  /** Default 'top-label'; 'binary' for `{ confidence }`. */
  readonly mode?: 'top-label' | 'binary';
}

/** A number, and all that is needed to get it again. */
export interface BinFreeError {
  readonly value: number;
  readonly n: number;
  readonly mode: CalibrationMode;
}

export function ksErrorOf({ confidence, outcome }: Events): number {
  const sum = compensatedSum();
  let largest = 0;
  eachTie(confidence, (start, end) => {
    for (let i = start; i < end; i++) sum.add(confidence[i]! - outcome[i]!);
    largest = Math.max(largest, Math.abs(sum.value));
  });
  return largest / confidence.length;
}

/**
 * Kolmogorov–Smirnov calibration error: the largest |mean over the j least confident of (confidence − outcome)| · j/n. Read only where a run of equal confidences ends,
 * so that their order does not matter.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row
 */
export function ksError(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinFreeOptions = {}): BinFreeError {
  const events = readEvents(predictions, labels, 'ksError', options.mode);
  return { value: ksErrorOf(ascending(events)), n: events.outcome.length, mode: modeOf(predictions, options.mode, 'ksError') };
}
