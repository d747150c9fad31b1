import { checkPositive, logGamma } from './gamma.ts';
import type { Rng } from './rng.ts';

/**
 * A number in [0, 1] drawn from Beta(a, b). Right for small parameters too: Beta(0.001, 0.001) is near 0 or near 1, half of the time each.
 *
 * @throws {RangeError} unless a and b are > 0
 */
export function beta(rng: Rng, a: number, b: number): number {
  checkPositive('beta', 'a', a);
  checkPositive('beta', 'b', b);
  const difference = logGamma(rng, b) - logGamma(rng, a);
  return 1 / (1 + Math.exp(difference));
}

/**
 * Weights `[k]` ≥ 0 that sum to 1, drawn from the Dirichlet distribution with these k parameters.
 *
 * @throws {RangeError} unless there is at least one parameter and all are > 0
 */
export function dirichlet(rng: Rng, alphas: readonly number[]): Float64Array {
  if (alphas.length === 0) throw new RangeError('dirichlet: alphas must not be empty');
  alphas.forEach((alpha, i) => checkPositive('dirichlet', `alphas[${i}]`, alpha));
  const logs = alphas.map((alpha) => logGamma(rng, alpha));
  const largest = Math.max(...logs);
  const weights = Float64Array.from(logs, (log) => Math.exp(log - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
