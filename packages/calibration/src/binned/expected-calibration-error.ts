// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017 (arXiv 1706.04599), equations 3 and 5; debiased: Kumar, Liang, Ma: Verified Uncertainty
// Calibration, 2019 (arXiv 1909.10155), definition 4.1. Classwise: Nixon et al.: Measuring Calibration in Deep Learning, 2019 (arXiv 1904.01685), "static calibration
// error"; Kull et al.: Beyond temperature scaling, 2019 (arXiv 1910.12656), "classwise-ECE".
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import { type BinSettings, modeStatistics } from './bin-statistics.ts';
import type { BinMeans } from './bin-totals.ts';
import type { BinOptions } from './bins.ts';

/** How the gaps |accuracy − confidence| of the bins become one number; n_b / n is a bin's share of the samples. */
export type CalibrationNorm =
  /** Σ n_b/n |gap|: ECE. */
  | 'l1'
  /** √ Σ n_b/n gap². Over classes: the root of the mean of the squares. */
  | 'l2'
  /** The largest gap of a bin that is not empty: MCE. */
  | 'max'
  /** The plain mean over bins that are not empty ("ACE" in netcal and some papers). */
  | 'average';

/** Bins as in {@link BinOptions} (15 of equal width, rule 'right', the most probable class). */
export interface CalibrationErrorOptions extends BinOptions {
  /** Default 'l1'. */
  readonly norm?: CalibrationNorm;
  /**
   * Takes from each squared gap the accuracy's own variance, accuracy (1 − accuracy) / (n_b − 1), which makes even a calibrated model's error > 0; bins of one sample
   * count 0, and a sum below 0 is 0. Only with norm 'l2'; Kumar et al. use it with `binning: 'mass'`. Default false.
   */
  readonly debias?: boolean;
}

/** A number, and all that is needed to get it again. */
export interface CalibrationError extends BinSettings {
  /** 0 is best, 1 worst. */
  readonly value: number;
  readonly n: number;
  readonly norm: CalibrationNorm;
  readonly debias: boolean;
}

export interface ClasswiseError extends CalibrationError {
  /** `[classes]` */
  readonly perClass: Float64Array;
}

/** The l2 error less what chance adds to it. */
export function debiasedOf({ n, count, confidence, accuracy }: BinMeans): number {
  let total = 0;
  for (let bin = 0; bin < count.length; bin++) {
    const size = count[bin]!;
    if (size >= 2) total += (size / n) * ((accuracy[bin]! - confidence[bin]!) ** 2 - (accuracy[bin]! * (1 - accuracy[bin]!)) / (size - 1));
  }
  return Math.sqrt(Math.max(0, total));
}

/** Folds bin statistics into one number. */
export function calibrationErrorOf({ n, count, confidence, accuracy }: BinMeans, norm: CalibrationNorm): number {
  let [total, largest, filled] = [0, 0, 0];
  for (let bin = 0; bin < count.length; bin++) {
    if (count[bin] === 0) continue;
    const share = norm === 'average' ? 1 : count[bin]! / n;
    const gap = Math.abs(accuracy[bin]! - confidence[bin]!);
    total += share * (norm === 'l2' ? gap * gap : gap);
    largest = Math.max(largest, gap);
    filled++;
  }
  if (norm === 'max') return largest;
  if (norm === 'l2') return Math.sqrt(total);
  return norm === 'average' ? total / Math.max(1, filled) : total;
}

/** Over classes: the mean, in l2 that of the squares. */
export function foldClasses(perClass: Float64Array, norm: CalibrationNorm): number {
  const total = perClass.reduce((sum, x) => sum + (norm === 'l2' ? x * x : x), 0) / perClass.length;
  return norm === 'l2' ? Math.sqrt(total) : total;
}

function errorOf(predictions: Predictions | EventPredictions, labels: ArrayInput, options: CalibrationErrorOptions, caller: string): ClasswiseError {
  const { norm = 'l1', debias = false } = options;
  if (!['l1', 'l2', 'max', 'average'].includes(norm)) throw new RangeError(`${caller}: norm must be l1, l2, max or average, got ${norm}`);
  if (debias && norm !== 'l2') throw new RangeError(`${caller}: debias needs norm l2, got ${norm}`);
  const { sets, settings } = modeStatistics(predictions, labels, options, caller);
  const perClass = Float64Array.from(sets, (set) => (debias ? debiasedOf(set) : calibrationErrorOf(set, norm)));
  return { value: foldClasses(perClass, norm), n: sets[0]!.n, ...settings, norm, debias, perClass };
}

/**
 * How far confidence is from accuracy, over bins of confidence.
 *
 * With `binning: 'mass'` this is the adaptive ECE. For class predictions it looks at the most probable class only: report
 * {@link classwiseEce} or the NLL next to it, which see what happens to the others.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row
 */
export function expectedCalibrationError(predictions: Predictions | EventPredictions, labels: ArrayInput, options: CalibrationErrorOptions = {}): CalibrationError {
  const { perClass: _, ...error } = errorOf(predictions, labels, options, 'expectedCalibrationError');
  return error;
}

/** The largest gap between accuracy and confidence of a bin that is not empty: {@link expectedCalibrationError} with norm 'max'. */
export function maximumCalibrationError(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions = {}): CalibrationError {
  return expectedCalibrationError(predictions, labels, { ...options, norm: 'max' });
}

/**
 * The calibration error of each class's probability against "the label is that class", and their mean over all classes, also those that no label has:
 * {@link expectedCalibrationError} in mode 'classwise', with the numbers of the classes.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws {RangeError} naming the first bad row
 */
export function classwiseEce(predictions: Predictions, labels: ArrayInput, options: Omit<CalibrationErrorOptions, 'mode'> = {}): ClasswiseError {
  return errorOf(predictions, labels, { ...options, mode: 'classwise' }, 'classwiseEce');
}
