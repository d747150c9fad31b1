import { exp } from './elementary.ts';
import { checkPositive, logGamma } from './gamma.ts';
import type { Rng } from './rng.ts';

/**
 * Weights `[k]` ≥ 0 that sum to 1, drawn from the Dirichlet distribution with these k parameters. Right for small parameters too, as `beta` is.
 *
 * @throws {RangeError} unless there is at least one parameter and all are > 0
 */
export function dirichlet(rng: Rng, alphas: ArrayLike<number>): Float64Array {
  const shapes = Array.from(alphas);
  if (shapes.length === 0) throw new RangeError('dirichlet: alphas must not be empty');
  shapes.forEach((alpha, i) => checkPositive('dirichlet', `alphas[${i}]`, alpha));
  const factor = shapes.reduce((least, alpha) => Math.min(least, alpha), 1);
  const logs = shapes.map((alpha) => logGamma(rng, alpha, factor));
  const largest = logs.reduce((most, value) => Math.max(most, value));
  const weights = Float64Array.from(logs, (value) => exp((value - largest) / factor));
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map((weight) => weight / sum);
}
