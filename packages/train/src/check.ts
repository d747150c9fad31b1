/** @throws {RangeError} where a value is no finite number of at least `least` */
export function checkAtLeast(caller: string, name: string, value: number, least: number): void {
  if (!(value >= least && value < Infinity)) throw new RangeError(`${caller}: ${name} must be >= ${least} and finite, got ${value}`);
}

/** @throws {RangeError} where a value is no finite number > 0 */
export function checkPositive(caller: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be > 0 and finite, got ${value}`);
}

/** @throws {RangeError} where a value is not in [0, 1) */
export function checkDecay(caller: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new RangeError(`${caller}: ${name} must be in [0, 1), got ${value}`);
}

/** @throws {RangeError} where a value is no whole number of at least `least` */
export function checkWhole(caller: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${caller}: ${name} must be a whole number >= ${least}, got ${value}`);
}
