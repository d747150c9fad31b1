import { type KernelOptions, kernelWeights } from './kernel.ts';
import { kernelSums } from './kernel-sums.ts';
import type { Vectors } from './vectors.ts';

/** Of the rows of some anchors, on average. */
export interface RowStatistics {
  /** P(i | i). */
  readonly selfPairRate: number;
  /** 1 / Σⱼ P(j | i)². */
  readonly effectivePartners: number;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** From row to row: O(anchors · count). */
function byRows(vectors: Vectors, anchors: ArrayLike<number>, options: KernelOptions): RowStatistics {
  const row = new Float64Array(vectors.count);
  const rates = new Float64Array(anchors.length);
  const partners = rates.map((_, a) => {
    kernelWeights(vectors, anchors[a]!, options, row);
    let [sum, squares] = [0, 0];
    for (const weight of row) {
      sum += weight;
      squares += weight * weight;
    }
    rates[a] = row[anchors[a]!]! / sum;
    return sum ** 2 / squares;
  });
  return { selfPairRate: mean(rates), effectivePartners: mean(partners) };
}

/** Scalar labels, by sums that need no rows: a squared kernel is a kernel again. `sorted` are all labels. */
export function scalarStatistics(sorted: Float64Array, at: Float64Array, { bandwidth, kernel = 'gaussian' }: KernelOptions): RowStatistics {
  const sums = kernelSums(kernel, sorted, bandwidth, at);
  const squares = kernel === 'gaussian' ? kernelSums(kernel, sorted, bandwidth / Math.SQRT2, at) : sums;
  return { selfPairRate: mean(sums.map((sum) => 1 / sum)), effectivePartners: mean(sums.map((sum, a) => sum ** 2 / squares[a]!)) };
}

export function rowStatistics(vectors: Vectors, anchors: ArrayLike<number>, options: KernelOptions): RowStatistics {
  if (vectors.dim > 1 || options.distance || options.excludeSelf) return byRows(vectors, anchors, options);
  const at = Float64Array.from({ length: anchors.length }, (_, a) => vectors.data[anchors[a]!]!).sort();
  return scalarStatistics(vectors.data.slice().sort(), at, options);
}
