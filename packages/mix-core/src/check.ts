/** @throws {RangeError} where a value is no whole number of at least `least` */
export function checkWhole(caller: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${caller}: ${name} must be a whole number >= ${least}, got ${value}`);
}

/** @throws {RangeError} where alpha is no number > 0 */
export function checkAlpha(caller: string, alpha: number, name = 'alpha'): void {
  if (!(alpha > 0 && alpha < Infinity)) throw new RangeError(`${caller}: ${name} must be > 0${alpha > 0 ? ' and finite' : ''}, got ${alpha}`);
}

/** @throws {RangeError} where a value is outside [0, 1] or NaN */
export function checkShare(caller: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${caller}: ${name} must be in [0, 1], got ${value}`);
}
