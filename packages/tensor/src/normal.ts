import { unit } from './uniform.ts';
import type { Rng } from './rng.ts';

/** Two independent standard normals by Marsaglia's polar method: it needs no trigonometric functions, which differ between engines. */
export function normalPair(rng: Rng): readonly [number, number] {
  for (;;) {
    const u = 2 * unit(rng) - 1;
    const v = 2 * unit(rng) - 1;
    const square = u * u + v * v;
    if (square >= 1 || square === 0) continue;
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    return [u * factor, v * factor];
  }
}

/** @throws {RangeError} unless mean is finite and std a number ≥ 0 */
export function checkNormal(caller: string, mean: number, std: number): void {
  if (!Number.isFinite(mean)) throw new RangeError(`${caller}: mean must be finite, got ${mean}`);
  if (!(std >= 0 && std < Infinity)) throw new RangeError(`${caller}: std must be >= 0, got ${std}`);
}

/** A number drawn from the normal distribution with this mean and standard deviation. @throws {RangeError} unless std ≥ 0 */
export function normal(rng: Rng, mean = 0, std = 1): number {
  checkNormal('normal', mean, std);
  return mean + std * normalPair(rng)[0];
}
