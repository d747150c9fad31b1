import * as tf from '@tensorflow/tfjs-core';

/** Attributes of a kernel call. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What flows back into one input, made only if something asks for it. */
export type Backward = () => tf.Tensor;

/**
 * The derivative of a kernel with one result: from dy (shaped as the result) and the inputs to what flows back into each input, by its name.
 *
 * Rules save inputs and compute anew what they need of the result. TensorFlow.js puts a saved *result* on the tape before the kernel that made it, so that the
 * second derivative loses that path without a word. Rules are written in kernels that have rules themselves.
 */
export type Rule<A> = (dy: tf.Tensor, inputs: Readonly<Record<string, tf.Tensor>>, attributes: A) => Readonly<Record<string, Backward>>;

/** The same for kernels whose results come as a list. */
export type ListRule<A> = (dys: readonly tf.Tensor[], inputs: Readonly<Record<string, tf.Tensor>>, attributes: A) => Readonly<Record<string, Backward>>;

/** Gradients by the name of their kernel. */
export type GradientTable = Readonly<Record<string, Omit<tf.GradConfig, 'kernelName'>>>;

type Entry = GradientTable[string];

const byName = (names: readonly string[], saved: readonly tf.Tensor[]): Record<string, tf.Tensor> => Object.fromEntries(names.map((name, i) => [name, saved[i]!]));

/** A kernel with these inputs and one result. */
export function gradient<A = Attributes>(inputs: readonly string[], rule: Rule<A>): Entry {
  return {
    inputsToSave: [...inputs],
    gradFunc: (dy, saved, attributes) => rule(dy as tf.Tensor, byName(inputs, saved), attributes as A),
  };
}

/** A kernel with these inputs and a list of results. */
export function listGradient<A = Attributes>(inputs: readonly string[], rule: ListRule<A>): Entry {
  return {
    inputsToSave: [...inputs],
    gradFunc: (dys, saved, attributes) => rule(Array.isArray(dys) ? dys : [dys], byName(inputs, saved), attributes as A),
  };
}

/** A kernel whose inputs are a list; they are called 0, 1, …. */
export function gradientOfList<A = Attributes>(rule: (dy: tf.Tensor, inputs: readonly tf.Tensor[], attributes: A) => readonly Backward[]): Entry {
  return {
    saveAllInputs: true,
    gradFunc: (dy, saved, attributes) => ({ ...rule(dy as tf.Tensor, saved, attributes as A) }) as unknown as Record<string, Backward>,
  };
}

/** Zeros of float32, whatever the type of x: what flows back where a result does not depend on x smoothly. */
export const zerosFor = (x: tf.Tensor): tf.Tensor => tf.fill(x.shape, 0, 'float32');

/** A kernel through which nothing flows back (comparisons, rounding, indices). */
export const noGradient = (...inputs: readonly string[]): Entry =>
  gradient(inputs, (_, saved) => Object.fromEntries(inputs.map((name) => [name, () => zerosFor(saved[name]!)])));

/** dy summed over the axes along which an input of this shape was repeated. */
export function unbroadcast(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  if (dy.shape.join() === shape.join()) return dy;
  const missing = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) => (axis < missing || (shape[axis - missing] === 1 && size !== 1) ? [axis] : []));
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, [...shape]);
}

/** The shape with the reduced axes kept as 1. */
export function keptShape(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** Axes as numbers ≥ 0; none given: all. */
export function axesOf(axis: unknown, rank: number): number[] {
  const list = axis === undefined || axis === null ? Array.from({ length: rank }, (_, i) => i) : [axis as number | number[]].flat();
  return list.map((a) => (a < 0 ? a + rank : a));
}

/** Runs a kernel by its name, with its gradient. */
export function kernel(name: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: Attributes): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(name, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap);
}
