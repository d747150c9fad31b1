// DeGroot, Fienberg: The comparison and evaluation of forecasters, 1983; Guo et al. 2017 (arXiv 1706.04599), figure 1.
import { binOptions, type BinSettings, statisticsOf } from '../binned/bin-statistics.ts';
import type { BinMeans } from '../binned/bin-totals.ts';
import type { BinOptions } from '../binned/bins.ts';
import { calibrationErrorOf } from '../binned/expected-calibration-error.ts';
import { modeOf, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import { wilsonInterval } from '../intervals/wilson-interval.ts';

/** One bar. */
export interface ReliabilityBin {
  readonly lo: number;
  readonly hi: number;
  readonly count: number;
  /** Mean confidence; 0 in an empty bin. */
  readonly confidence: number;
  /** Share that was right; 0 in an empty bin. */
  readonly accuracy: number;
  /** accuracy − confidence. */
  readonly gap: number;
  /** Wilson's 95 % interval of the accuracy. */
  readonly ciLow: number;
  readonly ciHigh: number;
}

/** All that a reliability diagram shows, as plain JSON, with the settings it was made with. */
export interface ReliabilityData {
  readonly n: number;
  readonly settings: BinSettings;
  readonly bins: readonly ReliabilityBin[];
  readonly accuracy: number;
  /** Mean confidence. */
  readonly confidence: number;
  readonly ece: number;
  readonly mce: number;
}

function readBin(means: BinMeans, bin: number): ReliabilityBin {
  const [count, confidence, accuracy] = [means.count[bin]!, means.confidence[bin]!, means.accuracy[bin]!];
  const [ciLow, ciHigh] = wilsonInterval(accuracy * count, count);
  return { lo: means.lo[bin]!, hi: means.hi[bin]!, count, confidence, accuracy, gap: accuracy - confidence, ciLow, ciHigh };
}

/** The diagram of means that are there already. */
export function diagramOf(means: BinMeans, settings: BinSettings): ReliabilityData {
  const bins = Array.from(means.count, (_, bin) => readBin(means, bin));
  const counted = bins.reduce((sum, bin) => sum + bin.count, 0);
  const overall = (pick: (bin: ReliabilityBin) => number): number => bins.reduce((sum, bin) => sum + bin.count * pick(bin), 0) / counted;
  return {
    n: means.n,
    settings,
    bins,
    accuracy: overall((bin) => bin.accuracy),
    confidence: overall((bin) => bin.confidence),
    ece: calibrationErrorOf(means, 'l1'),
    mce: calibrationErrorOf(means, 'max'),
  };
}

/**
 * Accuracy against confidence, bin by bin, of the most probable class or in mode 'binary'.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row
 */
export function reliabilityDiagram(
  predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions & { readonly mode?: 'top-label' | 'binary' } = {},
): ReliabilityData {
  const name = 'reliabilityDiagram';
  const full = binOptions(options, name);
  const mode = modeOf(predictions, options.mode, name);
  if (mode === 'classwise') throw new RangeError(`${name}: mode must be top-label or binary, got classwise`);
  const statistics = statisticsOf(readEvents(predictions, labels, name, mode), full);
  return diagramOf(statistics, { bins: statistics.count.length, rule: full.rule, binning: full.binning, mode });
}
