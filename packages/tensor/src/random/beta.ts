import { exp } from './elementary.ts';
import { checkPositive, logGamma } from './gamma.ts';
import type { Rng } from './rng.ts';

/**
 * A number in [0, 1] drawn from Beta(a, b), as the ratio of two gamma variables. Right for small parameters too: Beta(0.001, 0.001) is near 0 or near 1, half of the time each (0 and 1
 * themselves come, where a double is no nearer).
 *
 * @throws {RangeError} unless a and b are > 0
 */
export function beta(rng: Rng, a: number, b: number): number {
  checkPositive('beta', 'a', a);
  checkPositive('beta', 'b', b);
  const factor = Math.min(a, b, 1);
  const logRatio = (logGamma(rng, b, factor) - logGamma(rng, a, factor)) / factor;
  const odds = exp(-Math.abs(logRatio));
  return (logRatio > 0 ? odds : 1) / (1 + odds);
}
