import type { Rng } from './rng.ts';

/** A double in [0, 1) with all 53 bits random. */
export const unit = (rng: Rng): number => ((rng.next() >>> 5) * 67_108_864 + (rng.next() >>> 6)) / 9_007_199_254_740_992;

/** A double in (0, 1): its logarithm is finite. */
export const openUnit = (rng: Rng): number => ((rng.next() >>> 5) * 67_108_864 + (rng.next() >>> 6) + 0.5) / 9_007_199_254_740_992;

/**
 * A number drawn uniformly from [low, high).
 *
 * @throws {RangeError} unless low ≤ high, both finite
 */
export function uniform(rng: Rng, low = 0, high = 1): number {
  if (!(low <= high && high - low < Infinity)) throw new RangeError(`uniform: low and high must be finite with low <= high, got ${low} and ${high}`);
  return low + (high - low) * unit(rng);
}

/**
 * A whole number drawn uniformly from low, …, high − 1, without bias.
 *
 * @throws {RangeError} unless low < high, whole numbers at most 2³² apart
 */
export function integer(rng: Rng, low: number, high: number): number {
  const range = high - low;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range < 1 || range > 2 ** 32) {
    throw new RangeError(`integer: low and high must be whole numbers with 1 <= high - low <= 2^32, got ${low} and ${high}`);
  }
  // the largest multiple of the range that 32 bits hold: what lies above it would favour small numbers
  const limit = 2 ** 32 - (2 ** 32 % range);
  for (;;) {
    const bits = rng.next();
    if (bits < limit) return low + Math.floor(bits / (limit / range));
  }
}
