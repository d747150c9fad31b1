/** @throws {RangeError} where a value is not a whole number of at least `least` */
export function checkWhole(caller: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${caller}: ${name} must be a whole number >= ${least}, got ${value}`);
}

/** @throws {RangeError} where a value is none of those listed */
export function checkOneOf<T extends string>(caller: string, name: string, value: T, allowed: readonly T[]): void {
  if (!allowed.includes(value)) throw new RangeError(`${caller}: ${name} must be one of ${allowed.join(', ')}, got '${value}'`);
}

/** @throws {RangeError} where a shape is not `axes` whole numbers >= 1 */
export function checkShape(caller: string, name: string, shape: readonly number[], axes: readonly string[]): void {
  if (!Array.isArray(shape) || shape.length !== axes.length || shape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError(`${caller}: ${name} must be [${axes.join(', ')}], whole numbers >= 1, got [${String(shape)}]`);
  }
}

/** A height, a width and a number of channels. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** @throws {RangeError} where the input of an image network is no [height, width, channels], or classes no whole number >= 1 */
export function checkImageOptions(caller: string, { inputShape, classes }: { readonly inputShape: MapShape; readonly classes: number }): void {
  checkShape(caller, 'inputShape', inputShape, ['height', 'width', 'channels']);
  checkWhole(caller, 'classes', classes);
}
