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
    throw new RangeError(`${caller}: ${name} must be [${axes.join(', ')}], whole numbers >= 1, got ${JSON.stringify(shape) ?? 'undefined'}`);
  }
}

/** A height, a width and a number of channels. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** A number of features, or a map that is flattened to them. */
export type FeatureShape = readonly [features: number] | MapShape;

/** @throws {RangeError} where a shape is neither [features] nor [height, width, channels], of whole numbers >= 1 */
export function checkFeatureShape(caller: string, name: string, shape: FeatureShape): void {
  const given: unknown = shape;
  if (!Array.isArray(given) || (given.length !== 1 && given.length !== 3) || given.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError(`${caller}: ${name} must be [features] or [height, width, channels], whole numbers >= 1, got ${JSON.stringify(given) ?? 'undefined'}`);
  }
}

/** @throws {RangeError} where the input of an image network is no [height, width, channels], or classes no whole number >= 1 */
export function checkImageOptions(caller: string, { inputShape, classes }: { readonly inputShape: MapShape; readonly classes: number }): void {
  checkShape(caller, 'inputShape', inputShape, ['height', 'width', 'channels']);
  checkWhole(caller, 'classes', classes);
}
