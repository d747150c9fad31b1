// Marsaglia, Tsang: A Simple Method for Generating Gamma Variables, 2000.
import { exp, log } from './elementary.ts';
import { standardNormal } from './normal.ts';
import type { Rng } from './rng.ts';
import { openUnit } from './uniform.ts';

/** A gamma variable of scale 1 for a shape ≥ 1. */
function largeGamma(rng: Rng, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = standardNormal(rng);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (log(openUnit(rng)) < 0.5 * x * x + d * (1 - v + log(v))) return d * v;
  }
}

/**
 * factor · ln G for a gamma variable G of scale 1. Shapes below 1 by G(a) = G(a + 1) · U^(1/a), in logarithms: for small a, G is far below the smallest double. A factor ≤ a keeps
 * even this logarithm finite.
 */
export function logGamma(rng: Rng, shape: number, factor = 1): number {
  if (shape >= 1) return factor * log(largeGamma(rng, shape));
  return factor * log(largeGamma(rng, shape + 1)) + (factor / shape) * log(openUnit(rng));
}

/** @throws {RangeError} unless a parameter is > 0 and finite */
export function checkPositive(caller: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be > 0 and finite, got ${value}`);
}

/** A number drawn from the gamma distribution of mean shape · scale. @throws {RangeError} unless shape and scale are > 0 */
export function gamma(rng: Rng, shape: number, scale = 1): number {
  checkPositive('gamma', 'shape', shape);
  checkPositive('gamma', 'scale', scale);
  return shape >= 1 ? largeGamma(rng, shape) * scale : exp(logGamma(rng, shape) + log(scale));
}
