// Bröcker, Smith: Increasing the Reliability of Reliability Diagrams, 2007.
import { type Rng, uniform } from '@mixwell/tensor';
import { binOptions, type BinSettings, statisticsOf } from '../binned/bin-statistics.ts';
import type { BinOptions } from '../binned/bins.ts';
import { modeOf, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import { quantile } from './quantile.ts';

export interface ConsistencyBarsOptions extends Omit<BinOptions, 'mode'> {
  readonly rng: Rng;
  /** Default 1000. */
  readonly replicates?: number;
  /** In (0, 1). Default 0.95. */
  readonly level?: number;
}

export interface ConsistencyBars extends BinSettings {
  readonly replicates: number;
  readonly level: number;
  /** `[bins]`: where the accuracy of a bin would lie if the model were calibrated; 0 and 1 in an empty bin. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * Where accuracies would lie, bin by bin, if each event happened with the probability that its confidence says: outcomes are drawn anew, confidences stay. A bin outside
 * its bar speaks against calibration; Wilson's interval of a diagram says how well the accuracy itself is known.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]` (the most probable class is looked at), or `{ confidence }` `[n]`
 * @param labels `[n]`; checked, but only confidences count
 * @throws {RangeError} naming the first bad row; for replicates < 1 or a level outside (0, 1)
 */
export function consistencyBars(predictions: Predictions | EventPredictions, labels: ArrayInput, options: ConsistencyBarsOptions): ConsistencyBars {
  const name = 'consistencyBars';
  const { rng, replicates = 1000, level = 0.95, ...rest } = options;
  if (!Number.isInteger(replicates) || replicates < 1) throw new RangeError(`${name}: replicates must be a whole number >= 1, got ${replicates}`);
  if (!(level > 0 && level < 1)) throw new RangeError(`${name}: level must be in (0, 1), got ${level}`);
  const full = binOptions(rest, name);
  const { confidence, outcome } = readEvents(predictions, labels, name);
  const { index, count } = statisticsOf({ confidence, outcome }, full);
  const bins = count.length;
  const drawn = Array.from(count, () => new Float64Array(replicates));
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (let n = 0; n < index.length; n++) if (index[n]! >= 0 && uniform(rng) < confidence[n]!) drawn[index[n]!]![replicate]! += 1 / count[index[n]!]!;
  }
  for (const accuracies of drawn) accuracies.sort();
  const at = (share: number, empty: number): Float64Array => Float64Array.from(drawn, (accuracies, bin) => (count[bin] === 0 ? empty : quantile(accuracies, share)));
  return { low: at((1 - level) / 2, 0), high: at((1 + level) / 2, 1), replicates, level, bins, rule: full.rule, binning: full.binning, mode: modeOf(predictions, undefined, name) };
}
