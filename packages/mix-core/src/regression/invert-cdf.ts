/**
 * The smallest j whose cumulative share of the weights exceeds u: one draw from the weights for a uniform u.
 *
 * @param weights ≥ 0, not all 0; need not sum to 1
 * @param u in [0, 1)
 * @throws {RangeError} for u outside [0, 1), or weights whose sum is not > 0 and finite
 */
export function invertCdf(weights: ArrayLike<number>, u: number): number {
  if (!(u >= 0 && u < 1)) throw new RangeError(`invertCdf: u must be in [0, 1), got ${u}`);
  let total = 0;
  for (let j = 0; j < weights.length; j++) total += weights[j]!;
  if (!(total > 0 && total < Infinity)) throw new RangeError(`invertCdf: weights must have a sum > 0 and finite, got ${total}`);
  let sum = 0;
  for (let j = 0; ; j++) {
    sum += weights[j]!;
    if (sum / total > u) return j; // at the last j the share is 1
  }
}
