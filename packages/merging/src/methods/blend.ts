import type { Values } from '../method.ts';

/** Elements that stay in the cache while one term after the other is added to them. */
const blockSize = 4096;
const sum = new Float64Array(blockSize);

/** out = Σⱼ weights[j] · terms[j], added in float64 in this order and rounded once. A term of weight 0 is not read; one alone of weight 1 is copied. */
export function blend(out: Values, terms: readonly Values[], weights: readonly number[]): void {
  const used = terms.flatMap((term, j) => (weights[j] === 0 ? [] : [{ term, weight: weights[j]! }]));
  if (used.length === 1 && used[0]!.weight === 1) {
    out.set(used[0]!.term);
    return;
  }
  for (let start = 0; start < out.length; start += blockSize) {
    const length = Math.min(blockSize, out.length - start);
    sum.fill(0);
    for (const { term, weight } of used) for (let e = 0; e < length; e++) sum[e] = sum[e]! + weight * term[start + e]!;
    for (let e = 0; e < length; e++) out[start + e] = sum[e]!;
  }
}
