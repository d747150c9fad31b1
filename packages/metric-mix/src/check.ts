import type { Rng } from '@mixwell/tensor';

/** A value as it is written: '1' is no 1. */
const written = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

/** @throws {RangeError} where a number is not finite and at least `least` */
export function checkAtLeast(caller: string, name: string, value: number, least: number): void {
  if (!(Number.isFinite(value) && value >= least)) throw new RangeError(`${caller}: ${name} must be >= ${least} and finite, got ${written(value)}`);
}

/** @throws {RangeError} where a number is not finite and > 0 */
export function checkPositive(caller: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${caller}: ${name} must be > 0 and finite, got ${written(value)}`);
}

/** @throws {RangeError} where a number is not finite */
export function checkFinite(caller: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${caller}: ${name} must be finite, got ${written(value)}`);
}

/** @throws {RangeError} where a value is no whole number of at least `least` */
export function checkWhole(caller: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${caller}: ${name} must be a whole number >= ${least}, got ${written(value)}`);
}

/** @throws {RangeError} where a number is outside [0, 1] */
export function checkShare(caller: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0 && value <= 1)) throw new RangeError(`${caller}: ${name} must be in [0, 1], got ${written(value)}`);
}

/** @throws {RangeError} where a value is none of those that are known */
export function checkOneOf(caller: string, name: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(value as string)) throw new RangeError(`${caller}: ${name} must be ${known.map((one) => `'${one}'`).join(' or ')}, got ${written(value)}`);
}

/** @throws {TypeError} for what is no generator */
export function checkRng(caller: string, rng: Rng | undefined): asserts rng is Rng {
  if (typeof rng?.next !== 'function') throw new TypeError(`${caller}: rng must be a generator such as createRng(seed), got ${rng === undefined ? 'none' : typeof rng}`);
}
