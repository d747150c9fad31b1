// DeGroot, Fienberg: The comparison and evaluation of forecasters, 1983; Guo et al. 2017 (arXiv 1706.04599), figure 1.
import { type BinOptions, type BinStatistics, defaultBins, statisticsOf } from '../binned/bins.ts';
import { readEvents } from '../inputs/events.ts';
import { calibrationErrorOf } from '../binned/expected-calibration-error.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import { wilsonInterval } from './wilson-interval.ts';

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
  readonly settings: Required<BinOptions>;
  readonly bins: readonly ReliabilityBin[];
  readonly accuracy: number;
  /** Mean confidence. */
  readonly confidence: number;
  readonly ece: number;
  readonly mce: number;
}

function readBin(statistics: BinStatistics, bin: number): ReliabilityBin {
  const at = (values: ArrayLike<number>): number => values[bin] as number;
  const [count, confidence, accuracy] = [at(statistics.count), at(statistics.confidence), at(statistics.accuracy)];
  const [ciLow, ciHigh] = wilsonInterval(accuracy * count, count);
  return { lo: at(statistics.lo), hi: at(statistics.hi), count, confidence, accuracy, gap: accuracy - confidence, ciLow, ciHigh };
}

/**
 * Accuracy against confidence, bin by bin.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws RangeError naming the first bad row
 */
export function reliabilityDiagram(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions = {}): ReliabilityData {
  const name = 'reliabilityDiagram';
  const settings = { bins: defaultBins, rule: 'right', binning: 'width', ...options } as const;
  const statistics = statisticsOf(readEvents(predictions, labels, name), settings, name);
  const bins = Array.from(statistics.count, (_, bin) => readBin(statistics, bin));
  const overall = (pick: (bin: ReliabilityBin) => number): number => bins.reduce((sum, bin) => sum + bin.count * pick(bin), 0) / statistics.n;
  return {
    n: statistics.n,
    settings,
    bins,
    accuracy: overall((bin) => bin.accuracy),
    confidence: overall((bin) => bin.confidence),
    ece: calibrationErrorOf(statistics, 'l1'),
    mce: calibrationErrorOf(statistics, 'max'),
  };
}
