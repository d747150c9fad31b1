import { addInto, type CompensatedSums, compensatedSums, sumAt } from '../inputs/compensated-sum.ts';

/** Per bin, arrays `[bins]`. In an empty bin confidence and accuracy are 0. */
export interface BinMeans {
  readonly n: number;
  /** Bins of equal width: i / bins. Groups of equal mass: their smallest and largest confidence. Interpolated: their edges. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  readonly count: Float64Array;
  /** Mean confidence. */
  readonly confidence: Float64Array;
  /** Share of events that happened. */
  readonly accuracy: Float64Array;
}

/** Totals per bin, before they become means. */
export interface BinTotals {
  readonly count: Float64Array;
  readonly happened: Float64Array;
  readonly confidence: CompensatedSums;
}

export function binTotals(bins: number): BinTotals {
  return { count: new Float64Array(bins), happened: new Float64Array(bins), confidence: compensatedSums(bins) };
}

export function addToBin({ count, happened, confidence }: BinTotals, bin: number, c: number, outcome: number): void {
  count[bin]!++;
  happened[bin]! += outcome;
  addInto(confidence, bin, c);
}

export function widthEdges(bins: number): { readonly lo: Float64Array; readonly hi: Float64Array } {
  const at = (shift: number): Float64Array => Float64Array.from({ length: bins }, (_, i) => (i + shift) / bins);
  return { lo: at(0), hi: at(1) };
}

/** Means of `bins` totals from number `from` on. */
export function meansOf(totals: BinTotals, n: number, edges: { readonly lo: Float64Array; readonly hi: Float64Array }, from = 0): BinMeans {
  const bins = edges.lo.length;
  const count = totals.count.slice(from, from + bins);
  const accuracy = Float64Array.from(count, (size, bin) => totals.happened[from + bin]! / Math.max(1, size));
  const confidence = Float64Array.from(count, (size, bin) => sumAt(totals.confidence, from + bin) / Math.max(1, size));
  return { n, ...edges, count, confidence, accuracy };
}
