import type { Kernel } from './kernel.ts';

/** Terms of the expansion: |u τ| < 2.5 below, and 2.5²⁴ / 24! < 10⁻¹⁴. */
const TERMS = 24;

/** Neighbouring labels: a stretch of the sorted ones that is half a bandwidth wide at most. */
interface Cell {
  readonly start: number;
  readonly end: number;
  readonly centre: number;
  /** Σ exp(−u² / 2) uᵐ / m! over the labels, u = (label − centre) / bandwidth. None where there are too few labels to be worth it. */
  readonly moments?: Float64Array;
}

function cellAt(sorted: Float64Array, bandwidth: number, start: number): Cell {
  let end = start + 1;
  while (end < sorted.length && sorted[end]! - sorted[start]! <= bandwidth / 2) end++;
  const centre = (sorted[start]! + sorted[end - 1]!) / 2;
  if (end - start <= TERMS) return { start, end, centre };
  const moments = new Float64Array(TERMS);
  for (let j = start; j < end; j++) {
    const u = (sorted[j]! - centre) / bandwidth;
    let term = Math.exp((-u * u) / 2);
    for (let m = 0; m < TERMS; m++) {
      moments[m]! += term;
      term *= u / (m + 1);
    }
  }
  return { start, end, centre, moments };
}

/** Σ exp(−(label − y)² / 2s²) over the labels of a cell. */
function cellSum({ start, end, centre, moments }: Cell, sorted: Float64Array, bandwidth: number, y: number): number {
  if (moments) {
    const tau = (y - centre) / bandwidth; // exp(−(τ − u)² / 2) = exp(−τ² / 2) exp(−u² / 2) Σ (u τ)ᵐ / m!
    let sum = 0;
    for (let m = TERMS - 1; m >= 0; m--) sum = sum * tau + moments[m]!;
    return sum * Math.exp((-tau * tau) / 2);
  }
  let sum = 0;
  for (let j = start; j < end; j++) sum += Math.exp(-(((sorted[j]! - y) / bandwidth) ** 2) / 2);
  return sum;
}

function gaussianSums(sorted: Float64Array, bandwidth: number, at: Float64Array): Float64Array {
  const cells: Cell[] = [];
  for (let start = 0; start < sorted.length; start = cells.at(-1)!.end) cells.push(cellAt(sorted, bandwidth, start));
  const reach = bandwidth * Math.sqrt(2 * Math.log(1e13 * sorted.length)); // all labels beyond it together count less than 10⁻¹³
  let first = 0;
  return at.map((y) => {
    while (sorted[cells[first]!.end - 1]! < y - reach) first++;
    let sum = 0;
    for (let i = first; i < cells.length && sorted[cells[i]!.start]! <= y + reach; i++) sum += cellSum(cells[i]!, sorted, bandwidth, y);
    return sum;
  });
}

function tophatSums(sorted: Float64Array, bandwidth: number, at: Float64Array): Float64Array {
  let [start, end] = [0, 0];
  return at.map((y) => {
    while ((y - sorted[start]!) / bandwidth >= 1) start++;
    while (end < sorted.length && (sorted[end]! - y) / bandwidth < 1) end++;
    return end - start;
  });
}

/**
 * Σⱼ K(labelⱼ − y) for many y at once, right to 10⁻¹² of the sum, in time that grows with labels + places rather than their product.
 *
 * Greengard, Strain, "The Fast Gauss Transform", SIAM J. Sci. Stat. Comput. 12, 1991, in its form with Taylor series.
 *
 * @param sorted labels, ascending
 * @param at some of the labels, ascending
 */
export function kernelSums(kernel: Kernel, sorted: Float64Array, bandwidth: number, at: Float64Array): Float64Array {
  return kernel === 'gaussian' ? gaussianSums(sorted, bandwidth, at) : tophatSums(sorted, bandwidth, at);
}
