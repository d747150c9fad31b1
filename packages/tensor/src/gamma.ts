// Marsaglia, Tsang: A Simple Method for Generating Gamma Variables, 2000. Shapes below 1 by G(a) = G(a + 1)·U^(1/a), in logarithms:
// for small a the factor is far below the smallest double, and a beta made of two zeros would be NaN.
import { normalPair } from './normal.ts';
import { openUnit } from './uniform.ts';
import type { Rng } from './rng.ts';

/** ln of a gamma variable of scale 1. */
export function logGamma(rng: Rng, shape: number): number {
  if (shape < 1) return logGamma(rng, shape + 1) + Math.log(openUnit(rng)) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const [x] = normalPair(rng);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const logV = Math.log(v);
    if (Math.log(openUnit(rng)) < 0.5 * x * x + d - d * v + d * logV) return Math.log(d) + logV;
  }
}

/** @throws {RangeError} unless a parameter is > 0 and finite */
export function checkPositive(caller: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be > 0, got ${value}`);
}

/** A number drawn from the gamma distribution of mean shape · scale. @throws {RangeError} unless shape and scale are > 0 */
export function gamma(rng: Rng, shape: number, scale = 1): number {
  checkPositive('gamma', 'shape', shape);
  checkPositive('gamma', 'scale', scale);
  return Math.exp(logGamma(rng, shape)) * scale;
}
