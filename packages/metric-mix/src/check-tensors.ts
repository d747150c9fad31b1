import type * as tf from '@tensorflow/tfjs-core';

export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** @throws {TypeError} for what is no tensor, such as an array */
export function checkTensor(caller: string, name: string, x: tf.Tensor): void {
  if (!Array.isArray((x as Partial<tf.Tensor> | undefined)?.shape)) throw new TypeError(`${caller}: ${name} must be a tensor, got ${Array.isArray(x) ? 'an array' : typeof x}`);
}

/** @throws {RangeError} where a tensor has another shape; {TypeError} for what is none */
export function checkShape(caller: string, name: string, x: tf.Tensor, shape: readonly number[]): void {
  checkTensor(caller, name, x);
  if (x.shape.join() !== shape.join()) throw new RangeError(`${caller}: ${name} must have shape ${shapeText(shape)}, got ${shapeText(x.shape)}`);
}

/** @throws {RangeError} where rows are no [n, dimensions] with at least one of each; {TypeError} for what is no tensor */
export function checkRows(caller: string, name: string, x: tf.Tensor): readonly [n: number, dimensions: number] {
  checkTensor(caller, name, x);
  const [n = 0, dimensions = 0] = x.shape;
  if (x.rank !== 2 || n < 1 || dimensions < 1) throw new RangeError(`${caller}: ${name} must have shape [n, dimensions], got ${shapeText(x.shape)}`);
  return [n, dimensions];
}

/** Two sets of rows of one width. @throws {RangeError} where they are none */
export function checkRowSets(caller: string, a: tf.Tensor, b: tf.Tensor, names: readonly [string, string]): void {
  const [, width] = checkRows(caller, names[0], a);
  const [, other] = checkRows(caller, names[1], b);
  if (width !== other) throw new RangeError(`${caller}: ${names[0]} and ${names[1]} must have one width, got ${shapeText(a.shape)} and ${shapeText(b.shape)}`);
}

/** @throws {RangeError} where labels are no [n]; {TypeError} where they are not int32 */
export function checkLabels(caller: string, name: string, labels: tf.Tensor, n?: number): void {
  checkTensor(caller, name, labels);
  if (labels.rank !== 1 || (n !== undefined && labels.shape[0] !== n)) throw new RangeError(`${caller}: ${name} must have shape [${n ?? 'n'}], got ${shapeText(labels.shape)}`);
  if (labels.dtype !== 'int32') throw new TypeError(`${caller}: ${name} must be int32, got ${labels.dtype}`);
}

/** @throws {RangeError} where a mask has another shape; {TypeError} where it is not bool */
export function checkMask(caller: string, name: string, mask: tf.Tensor, shape: readonly number[]): void {
  checkShape(caller, name, mask, shape);
  if (mask.dtype !== 'bool') throw new TypeError(`${caller}: ${name} must be bool, got ${mask.dtype}`);
}
