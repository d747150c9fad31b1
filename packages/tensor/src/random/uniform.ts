import type { Rng } from './rng.ts';

/** A double in [0, 1) with 53 random bits. The lowest bits of a draw are its weakest. */
export const unit = (rng: Rng): number => ((rng.next() >>> 5) * 67_108_864 + (rng.next() >>> 6)) / 9_007_199_254_740_992;

/** A double in (0, 1), symmetric about 1/2: its logarithm is finite. */
export const openUnit = (rng: Rng): number => ((rng.next() >>> 6) * 67_108_864 + (rng.next() >>> 6) + 0.5) / 4_503_599_627_370_496;

/** @throws {RangeError} unless low ≤ high, both finite */
export function checkRange(caller: string, low: number, high: number): void {
  if (!(low <= high && high - low < Infinity)) throw new RangeError(`${caller}: low and high must be finite with low <= high, got ${low} and ${high}`);
}

/**
 * A number drawn uniformly from [low, high).
 *
 * @throws {RangeError} unless low ≤ high, both finite
 */
export function uniform(rng: Rng, low = 0, high = 1): number {
  checkRange('uniform', low, high);
  const value = low + (high - low) * unit(rng);
  return value < high ? value : low; // rounding can reach the end
}
