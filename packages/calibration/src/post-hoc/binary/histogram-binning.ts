// Zadrozny, Elkan: Obtaining calibrated probability estimates from decision trees and naive Bayesian classifiers, 2001.
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { ArrayInput } from '../../inputs/predictions.ts';
import { readBinaryScores, readScored, type Scored, whyConstant } from './scores.ts';

/** A step function: plain data that survives JSON. */
export interface HistogramCalibrator {
  readonly type: 'histogram';
  readonly version: 1;
  /** Inner edges, growing: bin i is (edges[i − 1], edges[i]]. */
  readonly edges: readonly number[];
  /** Probability of each bin; one more than there are edges. */
  readonly values: readonly number[];
  readonly warnings: readonly string[];
}

export interface FitHistogramOptions {
  /** Number of bins, at least 1. Default 15. */
  readonly bins?: number;
  /** `width`: equal parts of [0, 1]. `mass`: groups of (nearly) equal size. Default 'width'. */
  readonly binning?: 'width' | 'mass';
  /** What an empty bin of equal width gives: its `centre`, or the value of the `nearest` filled bin (of two, the lower). Default 'centre'. */
  readonly empty?: 'centre' | 'nearest';
}

/** Halfway between neighbours of groups of equal size; groups that end inside a run of equal scores are joined with the next. */
function massEdges(scores: Float64Array, bins: number): number[] {
  const sorted = scores.slice().sort();
  const [size, larger] = [Math.floor(sorted.length / bins), sorted.length % bins];
  const ends = Array.from({ length: bins - 1 }, (_, i) => (i + 1) * size + Math.min(i + 1, larger));
  return [...new Set(ends.filter((end) => sorted[end - 1]! < sorted[end]!).map((end) => (sorted[end - 1]! + sorted[end]!) / 2))];
}

/** The bin of a score: the number of edges below it. */
function binOf(edges: readonly number[], score: number): number {
  let [lo, hi] = [0, edges.length];
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (edges[middle]! < score) lo = middle + 1;
    else hi = middle;
  }
  return lo;
}

function fill({ scores, outcomes }: Scored, edges: readonly number[], empty: 'centre' | 'nearest'): number[] {
  const [events, count] = [new Float64Array(edges.length + 1), new Float64Array(edges.length + 1)];
  scores.forEach((s, n) => {
    const bin = binOf(edges, s);
    events[bin]! += outcomes[n]!;
    count[bin]!++;
  });
  const filled = Array.from(count.keys()).filter((bin) => count[bin]! > 0);
  return Array.from(count, (_, bin) => {
    if (count[bin]! > 0) return events[bin]! / count[bin]!;
    if (empty === 'centre') return ((edges[bin - 1] ?? 0) + (edges[bin] ?? 1)) / 2;
    const nearest = filled.reduce((best, other) => (Math.abs(other - bin) < Math.abs(best - bin) ? other : best));
    return events[nearest]! / count[nearest]!;
  });
}

/**
 * Histogram binning: each bin gives the share of events in it.
 *
 * @param scores `[n]` in [0, 1]
 * @param outcomes `[n]`, 0 or 1
 * @throws RangeError naming the first bad row
 */
export function fitHistogram(scores: ArrayInput, outcomes: ArrayInput, { bins = 15, binning = 'width', empty = 'centre' }: FitHistogramOptions = {}): HistogramCalibrator {
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`fitHistogram: bins must be a whole number >= 1, got ${bins}`);
  if (binning !== 'width' && binning !== 'mass') throw new RangeError(`fitHistogram: binning must be 'width' or 'mass', got '${String(binning)}'`);
  if (empty !== 'centre' && empty !== 'nearest') throw new RangeError(`fitHistogram: empty must be 'centre' or 'nearest', got '${String(empty)}'`);
  const scored = readScored(scores, outcomes, true, 'fitHistogram');
  const constant = whyConstant(scored);
  const edges = binning === 'mass' ? massEdges(scored.scores, Math.min(bins, scored.scores.length)) : Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
  return { type: 'histogram', version: 1, edges, values: fill(scored, edges, empty), warnings: constant === undefined ? [] : [constant] };
}

/** Probabilities `[n]` of probabilities `[n]`. */
export function applyHistogram({ edges, values }: Pick<HistogramCalibrator, 'edges' | 'values'>, scores: ArrayInput): HostTensor<'float64'> {
  const read = readBinaryScores(scores, true, 'applyHistogram');
  return hostTensor('float64', [read.length], read.map((s) => values[binOf(edges, s)]!));
}
