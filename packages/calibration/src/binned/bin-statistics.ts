import { type CalibrationMode, classEvents, type Events, modeOf, readClassified, readEvents } from '../inputs/events.ts';
import { type ArrayInput, type EventPredictions, type Predictions, readLabels, readScores } from '../inputs/predictions.ts';
import { addRows, classMeans, tallyOf } from '../stream/tally.ts';
import { addToBin, type BinMeans, binTotals, meansOf, widthEdges } from './bin-totals.ts';
import { type BinOptions, type Binning, binOf, checkBins, checkRule, defaultBins, type EdgeRule, interpolatedBins, massIndex, thresholdsOf } from './bins.ts';

/** How bins were made; every binned result says so. */
export interface BinSettings {
  /** Number of bins that there were: of equal mass, no more than samples. */
  readonly bins: number;
  /** Plays a role for bins of equal width only. */
  readonly rule: EdgeRule;
  readonly binning: Binning;
  readonly mode: CalibrationMode;
}

/** What `binStatistics` returns: means per bin, and the bin of each sample. */
export interface BinStatistics extends BinMeans, BinSettings {
  /** The bin of each sample, `[n]`; −1 for none. */
  readonly index: Int32Array;
}

interface Cut {
  readonly index: Int32Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

function massCut(confidence: Float64Array, bins: number, keepTies: boolean): Cut {
  const index = massIndex(confidence, bins, keepTies);
  const [lo, hi] = [new Float64Array(bins).fill(1), new Float64Array(bins)];
  for (const [n, bin] of index.entries()) {
    lo[bin] = Math.min(lo[bin]!, confidence[n]!);
    hi[bin] = Math.max(hi[bin]!, confidence[n]!);
  }
  return { index, lo, hi };
}

function cut(confidence: Float64Array, bins: number, { rule, binning, keepTies }: FullOptions): Cut {
  if (binning === 'mass') return massCut(confidence, bins, keepTies);
  if (binning === 'interpolated') {
    const { edges, index } = interpolatedBins(confidence, bins);
    return { index, lo: edges.slice(0, -1), hi: edges.slice(1) };
  }
  const thresholds = thresholdsOf(bins, rule);
  const index = new Int32Array(confidence.length);
  for (let n = 0; n < index.length; n++) index[n] = binOf(confidence[n]!, bins, thresholds);
  return { index, ...widthEdges(bins) };
}

type FullOptions = Required<Omit<BinOptions, 'mode'>>;

/** Options with their defaults, checked. */
export function binOptions({ bins = defaultBins, rule = 'right', binning = 'width', keepTies = false }: BinOptions, caller: string): FullOptions {
  checkBins(bins, caller);
  checkRule(rule, caller);
  if (!['width', 'mass', 'interpolated'].includes(binning)) throw new RangeError(`${caller}: binning must be width, mass or interpolated, got ${binning}`);
  return { bins, rule, binning, keepTies };
}

/** Means per bin of events that were read already, and their bins. */
export function statisticsOf({ confidence, outcome }: Events, options: FullOptions): BinMeans & { readonly index: Int32Array } {
  const n = confidence.length;
  const bins = options.binning === 'mass' ? Math.min(options.bins, n) : options.bins;
  const { index, lo, hi } = cut(confidence, bins, options);
  const totals = binTotals(bins);
  for (let i = 0; i < n; i++) if (index[i]! >= 0) addToBin(totals, index[i]!, confidence[i]!, outcome[i]!);
  return { ...meansOf(totals, n, { lo, hi }), index };
}

/** Means per bin: of one set of events, or of one set a class. */
export interface ModeStatistics {
  readonly settings: BinSettings;
  readonly sets: readonly BinMeans[];
}

/** What a binned metric works on, in any mode. */
export function modeStatistics(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions, caller: string): ModeStatistics {
  const full = binOptions(options, caller);
  const mode = modeOf(predictions, options.mode, caller);
  const { bins, rule, binning } = full;
  if (mode !== 'classwise' || 'confidence' in predictions) {
    const statistics = statisticsOf(readEvents(predictions, labels, caller, mode === 'binary' ? mode : 'top-label'), full);
    return { settings: { bins: statistics.count.length, rule, binning, mode }, sets: [statistics] };
  }
  if (binning === 'width') {
    const scores = readScores(predictions, caller);
    const tally = tallyOf(scores.columns, bins, rule);
    addRows(tally, scores, readLabels(labels, scores.rows, scores.columns, caller), caller);
    return { settings: { bins, rule, binning, mode }, sets: classMeans(tally) };
  }
  const { matrix, labels: y } = readClassified(predictions, labels, caller);
  const sets = Array.from({ length: matrix.columns }, (_, k) => statisticsOf(classEvents(matrix, y, k), full));
  return { settings: { bins: sets[0]!.count.length, rule, binning, mode }, sets };
}

/**
 * Counts, mean confidence and accuracy per bin: what every binned metric and the reliability diagram is made of.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]` (their top label is looked at), or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row
 */
export function binStatistics(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions & { readonly mode?: 'top-label' | 'binary' } = {}): BinStatistics {
  const caller = 'binStatistics';
  const full = binOptions(options, caller);
  const mode = modeOf(predictions, options.mode, caller);
  if (mode === 'classwise') throw new RangeError(`${caller}: mode must be top-label or binary, got classwise`);
  const statistics = statisticsOf(readEvents(predictions, labels, caller, mode), full);
  return { ...statistics, bins: statistics.count.length, rule: full.rule, binning: full.binning, mode };
}
