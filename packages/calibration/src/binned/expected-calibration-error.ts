// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017 (arXiv 1706.04599), equations 3 and 5.
import { type BinOptions, type BinStatistics, statisticsOf } from './bins.ts';
import { readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';

/** How the gaps |accuracy − confidence| of the bins become one number; n_b / n is a bin's share of the samples. */
export type CalibrationNorm =
  /** Σ n_b/n |gap|: ECE. */
  | 'l1'
  /** √ Σ n_b/n gap². */
  | 'l2'
  /** The largest gap of a bin that is not empty: MCE. */
  | 'max'
  /** The plain mean over bins that are not empty ("ACE" in netcal and some papers). */
  | 'average';

/** Bins as in {@link BinOptions} (15 of equal width, rule 'right'). */
export interface CalibrationErrorOptions extends BinOptions {
  /** Default 'l1'. */
  readonly norm?: CalibrationNorm;
}

/** Folds bin statistics into one number. */
export function calibrationErrorOf({ n, count, confidence, accuracy }: BinStatistics, norm: CalibrationNorm): number {
  let [total, largest, filled] = [0, 0, 0];
  for (let bin = 0; bin < count.length; bin++) {
    if (count[bin] === 0) continue;
    const share = norm === 'average' ? 1 : (count[bin] as number) / n;
    const gap = Math.abs((accuracy[bin] as number) - (confidence[bin] as number));
    total += share * (norm === 'l2' ? gap * gap : gap);
    largest = Math.max(largest, gap);
    filled++;
  }
  if (norm === 'max') return largest;
  if (norm === 'l2') return Math.sqrt(total);
  return norm === 'average' ? total / filled : total;
}

/**
 * How far confidence is from accuracy, over bins of confidence; 0 is best, 1 worst.
 *
 * With `binning: 'mass'` this is the adaptive ECE. For class predictions it looks at the most probable class only: report
 * {@link classwiseEce} or the NLL next to it, which see what happens to the others.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws RangeError naming the first bad row
 */
export function expectedCalibrationError(predictions: Predictions | EventPredictions, labels: ArrayInput, options: CalibrationErrorOptions = {}): number {
  const name = 'expectedCalibrationError';
  const { norm = 'l1' } = options;
  if (!['l1', 'l2', 'max', 'average'].includes(norm)) throw new RangeError(`${name}: norm must be l1, l2, max or average, got ${norm}`);
  return calibrationErrorOf(statisticsOf(readEvents(predictions, labels, name), options, name), norm);
}

/** The largest gap between accuracy and confidence of a bin that is not empty: {@link expectedCalibrationError} with norm 'max'. */
export function maximumCalibrationError(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions = {}): number {
  return expectedCalibrationError(predictions, labels, { ...options, norm: 'max' });
}
