/** @throws {RangeError} for what is no whole number ≥ 1 */
export function checkCount(caller: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${caller}: ${name} must be a whole number >= 1, got ${value}`);
}

/** @throws {RangeError} for what is not finite and above 0 */
export function checkSize(caller: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be > 0 and finite, got ${value}`);
}

/** @throws {RangeError} for what is no probability */
export function checkShare(caller: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${caller}: ${name} must be in [0, 1], got ${value}`);
}
