import type { Rng } from './rng.ts';

/** A whole number in [0, range), 1 ≤ range ≤ 2³², without bias: the draws that would favour small numbers are drawn again. */
export function below(rng: Rng, range: number): number {
  const share = Math.floor(4_294_967_296 / range);
  for (;;) {
    const value = Math.floor(rng.next() / share);
    if (value < range) return value;
  }
}

/**
 * A whole number drawn uniformly from low, …, high − 1.
 *
 * @throws {RangeError} unless low < high, whole numbers at most 2³² apart
 */
export function integer(rng: Rng, low: number, high: number): number {
  const range = high - low;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range < 1 || range > 2 ** 32) {
    throw new RangeError(`integer: low and high must be whole numbers with 1 <= high - low <= 2^32, got ${low} and ${high}`);
  }
  return low + below(rng, range);
}
