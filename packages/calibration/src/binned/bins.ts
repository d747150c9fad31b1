import type { CalibrationMode } from '../inputs/events.ts';
import { ascendingOrder } from './order.ts';

/**
 * To which bin an edge belongs. `right`: bins are (lo, hi], and 0 joins the first (Guo et al. 2017).
 * `left`: bins are [lo, hi), and 1 joins the last.
 */
export type EdgeRule = 'right' | 'left';

/**
 * `width`: equal parts of [0, 1].
 * `mass`: in order of confidence (ties in order of the rows), groups of (nearly) equal size, of which the first n mod bins are one larger.
 * `interpolated`: the edges of FLSD, MbLS and RankMixup: sorted confidences interpolated at i · n / bins; bins are (lo, hi], and the smallest confidence is in none.
 */
export type Binning = 'width' | 'mass' | 'interpolated';

/** How confidences are grouped. */
export interface BinOptions {
  /** Number of bins, at least 1. Default 15. */
  readonly bins?: number;
  /** To which bin an edge belongs. Only for bins of equal width. Default 'right'. */
  readonly rule?: EdgeRule;
  /** Default 'width'. */
  readonly binning?: Binning;
  /** Groups of equal mass never part equal confidences: all go to the earliest of their groups. Default false. */
  readonly keepTies?: boolean;
  /** Default 'top-label'; 'binary' for `{ confidence }`. */
  readonly mode?: CalibrationMode;
}

/** The bins chosen when nothing is said. */
export const defaultBins = 15;

export function checkBins(bins: number, caller: string): void {
  if (!Number.isInteger(bins) || bins < 1 || bins > 2 ** 24) throw new RangeError(`${caller}: bins must be a whole number >= 1, got ${bins}`);
}

export function checkRule(rule: string, caller: string): void {
  if (rule !== 'right' && rule !== 'left') throw new RangeError(`${caller}: rule must be right or left, got ${rule}`);
}

const bits = new DataView(new ArrayBuffer(8));

/** The next smaller double of x > 0. */
function justBelow(x: number): number {
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) - 1n);
  return bits.getFloat64(0);
}

/**
 * `[bins + 2]` thresholds: bin i holds thresholds[i] < c <= thresholds[i + 1]. Edge i is the double i / bins, one division: a running sum or a linspace ends beside
 * it, and confidences that sit exactly on an edge then change sides. By rule 'left' c >= edge, which is c > the double below it. The ends take what there is.
 */
export function thresholdsOf(bins: number, rule: EdgeRule): Float64Array {
  return Float64Array.from({ length: bins + 2 }, (_, i) => {
    if (i === 0) return -Infinity;
    if (i >= bins) return Infinity;
    return rule === 'right' ? i / bins : justBelow(i / bins);
  });
}

/** The bin of a confidence. The product may round to the wrong side of an edge; the edge itself decides. */
export function binOf(confidence: number, bins: number, thresholds: Float64Array): number {
  const guess = Math.min(bins, Math.max(0, Math.floor(confidence * bins)));
  return guess - (confidence <= thresholds[guess]! ? 1 : 0) + (confidence > thresholds[guess + 1]! ? 1 : 0);
}

/**
 * The bin of each confidence among `bins` equal parts of [0, 1]; edge i is the double i / bins.
 *
 * @param confidence `[n]` in [0, 1]
 * @returns `[n]` in [0, bins)
 */
export function binIndex(confidence: ArrayLike<number>, bins: number = defaultBins, rule: EdgeRule = 'right'): Int32Array {
  checkBins(bins, 'binIndex');
  checkRule(rule, 'binIndex');
  const thresholds = thresholdsOf(bins, rule);
  return Int32Array.from(confidence, (c) => binOf(c, bins, thresholds));
}

/** Groups of equal mass. */
export function massIndex(confidence: Float64Array, bins: number, keepTies: boolean): Int32Array {
  const n = confidence.length;
  const order = ascendingOrder(confidence);
  const index = new Int32Array(n);
  const [size, larger] = [Math.floor(n / bins), n % bins];
  const inLarger = larger * (size + 1);
  for (let rank = 0; rank < n; rank++) {
    const [here, before] = [order[rank]!, order[rank - 1]];
    const tied = keepTies && before !== undefined && confidence[here] === confidence[before];
    index[here] = tied ? index[before]! : rank < inLarger ? Math.floor(rank / (size + 1)) : larger + Math.floor((rank - inLarger) / size);
  }
  return index;
}

/** Sorted confidences interpolated at bins + 1 places, and the bin of each confidence; −1 for the smallest. */
export function interpolatedBins(confidence: Float64Array, bins: number): { readonly edges: Float64Array; readonly index: Int32Array } {
  const n = confidence.length;
  const sorted = confidence.slice().sort();
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => {
    const place = i * (n / bins);
    const below = Math.min(n - 1, Math.floor(place));
    const [lo, hi] = [sorted[below]!, sorted[Math.min(n - 1, below + 1)]!];
    return lo + (hi - lo) * (place - below);
  });
  const index = Int32Array.from(confidence, (c) => {
    let [lo, hi] = [0, bins + 1]; // the first edge >= c lies in [lo, hi]
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if (edges[middle]! >= c) hi = middle;
      else lo = middle + 1;
    }
    return Math.min(lo, bins) - 1;
  });
  return { edges, index };
}
