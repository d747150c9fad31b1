import { compensatedSum } from '../inputs/compensated-sum.ts';
import { type Events, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';

/**
 * To which bin an edge belongs. `right`: bins are (lo, hi], and 0 joins the first (Guo et al. 2017).
 * `left`: bins are [lo, hi), and 1 joins the last.
 */
export type EdgeRule = 'right' | 'left';

/** How confidences are grouped. */
export interface BinOptions {
  /** Number of bins, at least 1. Default 15. */
  readonly bins?: number;
  /** To which bin an edge belongs. Only for bins of equal width. Default 'right'. */
  readonly rule?: EdgeRule;
  /** `width`: equal parts of [0, 1]. `mass`: groups of (nearly) equal size in order of confidence. Default 'width'. */
  readonly binning?: 'width' | 'mass';
}

/** Per bin, arrays `[bins]`. In an empty bin confidence and accuracy are 0. */
export interface BinStatistics {
  readonly n: number;
  /** Bins of equal width: i / bins. Groups of equal mass: their smallest and largest confidence. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  readonly count: Int32Array;
  /** Mean confidence. */
  readonly confidence: Float64Array;
  /** Share of events that happened. */
  readonly accuracy: Float64Array;
  /** The bin of each sample, `[n]`. */
  readonly index: Int32Array;
}

/** The bins chosen when nothing is said. */
export const defaultBins = 15;

export function checkBins(bins: number, caller: string): void {
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`${caller}: bins must be a whole number >= 1, got ${bins}`);
}

/**
 * The bin of each confidence among `bins` equal parts of [0, 1]. Edge i is the double i / bins, one division: a running sum
 * or a linspace ends beside it, and confidences that sit exactly on an edge then change sides.
 *
 * @param confidence `[n]` in [0, 1]
 * @returns `[n]` in [0, bins)
 */
export function binIndex(confidence: ArrayLike<number>, bins: number = defaultBins, rule: EdgeRule = 'right'): Int32Array {
  checkBins(bins, 'binIndex');
  const index = new Int32Array(confidence.length);
  for (let n = 0; n < index.length; n++) {
    const c = confidence[n] as number;
    // the product may round to the wrong side of an edge; the edge itself decides
    let bin = Math.min(bins - 1, Math.max(0, Math.floor(c * bins)));
    if (rule === 'right') {
      while (bin > 0 && c <= bin / bins) bin--;
      while (bin < bins - 1 && c > (bin + 1) / bins) bin++;
    } else {
      while (bin > 0 && c < bin / bins) bin--;
      while (bin < bins - 1 && c >= (bin + 1) / bins) bin++;
    }
    index[n] = bin;
  }
  return index;
}

/** Sorted by confidence (ties keep their order), cut into groups; the first n mod bins groups get one more. */
function massIndex(confidence: Float64Array, bins: number): Int32Array {
  const n = confidence.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => (confidence[a] as number) - (confidence[b] as number) || a - b);
  const index = new Int32Array(n);
  const [size, larger] = [Math.floor(n / bins), n % bins];
  for (let rank = 0; rank < n; rank++) {
    const inLarger = larger * (size + 1);
    index[order[rank] as number] = rank < inLarger ? Math.floor(rank / (size + 1)) : larger + Math.floor((rank - inLarger) / size);
  }
  return index;
}

/** Means per bin, for metrics that have read their input already. */
export function statisticsOf(events: Events, options: BinOptions, caller: string): BinStatistics {
  const { bins: asked = defaultBins, rule = 'right', binning = 'width' } = options;
  checkBins(asked, caller);
  const { confidence, outcome } = events;
  const n = confidence.length;
  const bins = binning === 'mass' ? Math.min(asked, n) : asked;
  const index = binning === 'mass' ? massIndex(confidence, bins) : binIndex(confidence, bins, rule);
  const sums = Array.from({ length: bins }, compensatedSum);
  const count = new Int32Array(bins);
  const happened = new Float64Array(bins);
  const lo = binning === 'mass' ? new Float64Array(bins).fill(1) : Float64Array.from(count, (_, i) => i / bins);
  const hi = binning === 'mass' ? new Float64Array(bins) : Float64Array.from(count, (_, i) => (i + 1) / bins);
  for (let i = 0; i < n; i++) {
    const bin = index[i] as number;
    const c = confidence[i] as number;
    sums[bin]?.add(c);
    count[bin] = (count[bin] as number) + 1;
    happened[bin] = (happened[bin] as number) + (outcome[i] as number);
    if (binning === 'mass') {
      lo[bin] = Math.min(lo[bin] as number, c);
      hi[bin] = Math.max(hi[bin] as number, c);
    }
  }
  const perSample = (sum: number, bin: number): number => sum / Math.max(1, count[bin] as number);
  return { n, lo, hi, count, index, confidence: Float64Array.from(sums, (sum, bin) => perSample(sum.value, bin)), accuracy: happened.map(perSample) };
}

/**
 * Counts, mean confidence and accuracy per bin: what every binned metric and the reliability diagram is made of.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]` (their top label is looked at), or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws RangeError naming the first bad row
 */
export function binStatistics(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions = {}): BinStatistics {
  return statisticsOf(readEvents(predictions, labels, 'binStatistics'), options, 'binStatistics');
}
