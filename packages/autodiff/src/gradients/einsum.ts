import * as tf from '@tensorflow/tfjs-core';
import { broadcast } from './broadcast.ts';
import { type GradientTable, listRule } from './rule.ts';

interface EinsumAttributes {
  readonly equation: string;
}

/** A factor of a sum of products, with a letter for each of its axes. */
interface Factor {
  readonly x: tf.Tensor;
  readonly letters: string;
}

/** Sums over axes that nobody else has: TensorFlow.js's CPU back end mistakes those in equations of two operands. */
function reduced({ x, letters }: Factor, others: string): Factor {
  const alone = Array.from(letters).flatMap((letter, axis) => (others.includes(letter) ? [] : [axis]));
  return alone.length === 0 ? { x, letters } : { x: tf.sum(x, alone), letters: Array.from(letters).filter((letter) => others.includes(letter)).join('') };
}

/** The sum of products over all letters that are not kept. */
function contract(first: Factor, second: Factor | undefined, kept: string): tf.Tensor {
  const a = reduced(first, kept + (second?.letters ?? ''));
  const b = second && reduced(second, kept + first.letters);
  if (!b) return a.letters === kept ? a.x : tf.einsum(`${a.letters}->${kept}`, a.x);
  // equations have no notation for scalars
  if (b.letters === '') return tf.mul(contract(a, undefined, kept), b.x);
  if (a.letters === '') return tf.mul(contract(b, undefined, kept), a.x);
  return tf.einsum(`${a.letters},${b.letters}->${kept}`, a.x, b.x);
}

/** The gradient by one operand is the sum of products of dy and the other one; an axis that neither has was summed by itself. */
function gradientBy(operand: Factor, dy: Factor, other: Factor | undefined): tf.Tensor {
  const { x, letters } = operand;
  const known = dy.letters + (other?.letters ?? '');
  const kept = Array.from(letters).filter((letter) => known.includes(letter)).join('');
  const gradient = contract(dy, other, kept);
  if (kept === letters) return gradient;
  return broadcast(tf.reshape(gradient, x.shape.map((size, i) => (known.includes(letters[i]!) ? size : 1))), x.shape);
}

/** Sums of products of one or two operands. */
export const einsumGradients: GradientTable = {
  Einsum: listRule((dy, operands, { equation }: EinsumAttributes) => {
    const [from, to] = equation.replace(/\s/g, '').split('->') as [string, string];
    const factors = from.split(',').map((letters, i): Factor => ({ letters, x: operands[i]! }));
    return factors.map((factor, i) => () => gradientBy(factor, { letters: to, x: dy }, factors[1 - i]));
  }),
};
