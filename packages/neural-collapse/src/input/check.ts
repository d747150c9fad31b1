/** @throws {RangeError} where a value is no whole number of at least `least` */
export function checkWhole(caller: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${caller}: ${name} must be a whole number >= ${least}, got ${value}`);
}

/** @throws {RangeError} where a value is no finite number > 0 */
export function checkPositive(caller: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be > 0 and finite, got ${value}`);
}

/** @throws {RangeError} where a value is outside [0, 1] or NaN */
export function checkShare(caller: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${caller}: ${name} must be in [0, 1], got ${value}`);
}

/** @throws {RangeError} where a value is none of the classes 0 … classes − 1 */
export function checkClass(caller: string, name: string, value: number, classes: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value < classes)) throw new RangeError(`${caller}: ${name} must be a whole number in [0, ${classes}), got ${value}`);
}
