import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, listRule, rule } from './rule.ts';
import { sumTo } from './sum-to.ts';

/** b·a^(b−1); 0 where both are 0, with finite derivatives there. */
function powerSlope(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const bothZero = tf.logicalAnd(tf.equal(detach(a), 0), tf.equal(detach(b), 0));
  return tf.mul(b, tf.pow(a, tf.where(bothZero, 1, tf.sub(b, 1))));
}

/** a^b·ln a, and 0 where a ≤ 0. */
function exponentSlope(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.mul(tf.pow(a, b), tf.log(tf.where(tf.greater(detach(a), 0), a, 1)));
}

/** Sums, products, powers. Operands broadcast. */
export const arithmeticGradients: GradientTable = {
  Abs: rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.sign(detach(x))) })),
  Add: rule(['a', 'b'], (dy, { a, b }) => ({ a: () => sumTo(dy, a.shape), b: () => sumTo(dy, b.shape) })),
  AddN: listRule((dy, terms) => terms.map(() => () => dy)),
  Mod: rule(['a', 'b'], (dy, { a, b }) => ({
    a: () => sumTo(dy, a.shape),
    b: () => sumTo(tf.neg(tf.mul(dy, tf.floor(tf.div(detach(a), detach(b))))), b.shape),
  })),
  Multiply: rule(['a', 'b'], (dy, { a, b }) => ({ a: () => sumTo(tf.mul(dy, b), a.shape), b: () => sumTo(tf.mul(dy, a), b.shape) })),
  Neg: rule(['x'], (dy) => ({ x: () => tf.neg(dy) })),
  Pow: rule(['a', 'b'], (dy, { a, b }) => ({
    a: () => sumTo(tf.mul(dy, powerSlope(a, b)), a.shape),
    b: () => sumTo(tf.mul(dy, exponentSlope(a, b)), b.shape),
  })),
  RealDiv: rule(['a', 'b'], (dy, { a, b }) => ({
    a: () => sumTo(tf.div(dy, b), a.shape),
    b: () => sumTo(tf.neg(tf.mul(dy, tf.div(tf.div(a, b), b))), b.shape),
  })),
  Reciprocal: rule(['x'], (dy, { x }) => ({ x: () => tf.neg(tf.mul(dy, tf.square(tf.reciprocal(x)))) })),
  Rsqrt: rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.mul(tf.div(tf.rsqrt(x), x), -0.5)) })),
  Sqrt: rule(['x'], (dy, { x }) => ({ x: () => tf.div(dy, tf.mul(tf.sqrt(x), 2)) })),
  Square: rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.mul(x, 2)) })),
  SquaredDifference: rule(['a', 'b'], (dy, { a, b }) => {
    const slope = (): tf.Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
    return { a: () => sumTo(slope(), a.shape), b: () => sumTo(tf.neg(slope()), b.shape) };
  }),
  Sub: rule(['a', 'b'], (dy, { a, b }) => ({ a: () => sumTo(dy, a.shape), b: () => sumTo(tf.neg(dy), b.shape) })),
};
