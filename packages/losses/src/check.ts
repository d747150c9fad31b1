import type * as tf from '@tensorflow/tfjs-core';

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** @throws {RangeError} where logits are no [n, classes] with at least one of each */
export function checkLogits(caller: string, logits: tf.Tensor, name = 'logits'): readonly [n: number, classes: number] {
  const [n = 0, classes = 0] = logits.shape;
  if (logits.rank !== 2 || n < 1 || classes < 1) throw new RangeError(`${caller}: ${name} must have shape [n, classes], got ${list(logits.shape)}`);
  return [n, classes];
}

/** @throws {RangeError} where a tensor has another shape */
export function checkShape(caller: string, name: string, x: tf.Tensor, shape: readonly number[]): void {
  if (x.shape.join() !== shape.join()) throw new RangeError(`${caller}: ${name} must have shape ${list(shape)}, got ${list(x.shape)}`);
}

/** @throws {RangeError} where labels are no [n]; {TypeError} where they are not int32 */
export function checkLabels(caller: string, name: string, labels: tf.Tensor, n: number): void {
  checkShape(caller, name, labels, [n]);
  if (labels.dtype !== 'int32') throw new TypeError(`${caller}: ${name} must be int32, got ${labels.dtype}`);
}

/** @throws {RangeError} where a number is outside [0, 1], or a tensor is neither a scalar nor [n] */
export function checkLambda(caller: string, lambda: number | tf.Tensor, n: number): void {
  if (typeof lambda === 'number') {
    if (!(lambda >= 0 && lambda <= 1)) throw new RangeError(`${caller}: lambda must be in [0, 1], got ${lambda}`);
  } else if (lambda.rank !== 0 && lambda.shape.join() !== `${n}`) {
    throw new RangeError(`${caller}: lambda must have shape [] or [${n}], got ${list(lambda.shape)}`);
  }
}

/** @throws {RangeError} where a value is no whole number ≥ 1 */
export function checkWhole(caller: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${caller}: ${name} must be a whole number >= 1, got ${value}`);
}
