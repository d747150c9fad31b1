import type * as tf from '@tensorflow/tfjs-core';
import type { LabelsLike, LambdaLike, LogitsLike } from './inputs.ts';

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

/** Logits of mixed samples, their two labels and λ. @throws as the checks of each */
export function checkMixed(caller: string, logits: LogitsLike, labelsA: LabelsLike, labelsB: LabelsLike, lambda: LambdaLike): readonly [n: number, classes: number] {
  const [n, classes] = checkLogits(caller, logits);
  checkLabels(caller, 'labelsA', labelsA, n);
  checkLabels(caller, 'labelsB', labelsB, n);
  checkLambda(caller, lambda, n);
  return [n, classes];
}

/** @throws {RangeError} where a number is outside [0, 1] */
export function checkShare(caller: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${caller}: ${name} must be in [0, 1], got ${value}`);
}

/** @throws {RangeError} where a number is negative or not finite; tensors pass */
export function checkNotNegative(caller: string, name: string, value: number | tf.Tensor): void {
  if (typeof value === 'number' && !(value >= 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be >= 0 and finite, got ${value}`);
}

/** Labels of k images in a sample, and numbers for each of them. @throws {RangeError} where labels are no [n, k], or a number is negative, or a tensor is neither [k] nor [n, k]; {TypeError} where labels are not int32 */
export function checkSharesOf(caller: string, labels: tf.Tensor, n: number, shares: Readonly<Record<string, number | tf.Tensor>>): void {
  const [rows, k = 0] = labels.shape;
  if (labels.rank !== 2 || rows !== n || k < 1) throw new RangeError(`${caller}: labels must have shape [${n}, k], got ${list(labels.shape)}`);
  if (labels.dtype !== 'int32') throw new TypeError(`${caller}: labels must be int32, got ${labels.dtype}`);
  for (const [name, value] of Object.entries(shares)) {
    checkNotNegative(caller, name, value);
    if (typeof value !== 'number' && !['', `${n},`].some((rest) => value.shape.join() === `${rest}${k}`)) {
      throw new RangeError(`${caller}: ${name} must have shape [${k}] or [${n}, ${k}], got ${list(value.shape)}`);
    }
  }
}
