// Roelofs, Cain, Shlens, Mozer: Mitigating Bias in Calibration Error Estimation, 2022 (arXiv 2012.08668), algorithm 1.
import { modeOf, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import { binOptions, statisticsOf } from './bin-statistics.ts';
import { type CalibrationError, calibrationErrorOf } from './expected-calibration-error.ts';
import { ascending } from './order.ts';

/** Whether the accuracies of `bins` groups of equal mass never fall; hits[i] of the first i samples in order happened. */
function neverFalls(hits: Float64Array, bins: number): boolean {
  const n = hits.length - 1;
  const [size, larger] = [Math.floor(n / bins), n % bins];
  let before = 0;
  for (let group = 0, start = 0; group < bins; group++) {
    const end = start + size + (group < larger ? 1 : 0);
    const accuracy = (hits[end]! - hits[start]!) / (end - start);
    if (accuracy < before) return false;
    [before, start] = [accuracy, end];
  }
  return true;
}

/**
 * ECE over the largest number of groups of equal mass whose accuracies do not fall from one to the next, searched upwards from 1 to the first that fails.
 * No number of bins to choose: `bins` of the result is the one that was found.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row
 */
export function sweepEce(predictions: Predictions | EventPredictions, labels: ArrayInput, options: { readonly norm?: 'l1' | 'l2' } = {}): CalibrationError {
  const name = 'sweepEce';
  const { norm = 'l1' } = options;
  const mode = modeOf(predictions, undefined, name);
  const events = ascending(readEvents(predictions, labels, name));
  const n = events.confidence.length;
  const hits = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) hits[i + 1] = hits[i]! + events.outcome[i]!;
  let bins = 1;
  while (bins < n && neverFalls(hits, bins + 1)) bins++;
  const value = calibrationErrorOf(statisticsOf(events, binOptions({ bins, binning: 'mass' }, name)), norm);
  return { value, n, bins, rule: 'right', binning: 'mass', mode, norm, debias: false };
}
