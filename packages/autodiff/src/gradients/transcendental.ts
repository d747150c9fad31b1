import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, rule, type Rule } from './rule.ts';
import { sumTo } from './sum-to.ts';

/** A rule for an elementwise function of one operand `x`, from its derivative. */
function slope(derivative: (x: tf.Tensor) => tf.Tensor): Rule {
  return rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, derivative(x)) }));
}

const oneMinusSquare = (x: tf.Tensor): tf.Tensor => tf.sub(1, tf.square(x));
const onePlusSquare = (x: tf.Tensor): tf.Tensor => tf.add(1, tf.square(x));

/** Exponential, logarithmic, trigonometric and hyperbolic functions. */
export const transcendentalGradients: GradientTable = {
  Acos: slope((x) => tf.neg(tf.rsqrt(oneMinusSquare(x)))),
  Acosh: slope((x) => tf.rsqrt(tf.sub(tf.square(x), 1))),
  Asin: slope((x) => tf.rsqrt(oneMinusSquare(x))),
  Asinh: slope((x) => tf.rsqrt(onePlusSquare(x))),
  Atan: slope((x) => tf.reciprocal(onePlusSquare(x))),
  Atan2: rule(['a', 'b'], (dy, { a, b }) => {
    const scaled = (x: tf.Tensor): tf.Tensor => tf.mul(dy, tf.div(x, tf.add(tf.square(a), tf.square(b))));
    return { a: () => sumTo(scaled(b), a.shape), b: () => sumTo(tf.neg(scaled(a)), b.shape) };
  }),
  Atanh: slope((x) => tf.reciprocal(oneMinusSquare(x))),
  Cos: slope((x) => tf.neg(tf.sin(x))),
  Cosh: slope(tf.sinh),
  Erf: slope((x) => tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI))),
  Exp: slope(tf.exp),
  Expm1: slope(tf.exp),
  Log: rule(['x'], (dy, { x }) => ({ x: () => tf.div(dy, x) })),
  Log1p: rule(['x'], (dy, { x }) => ({ x: () => tf.div(dy, tf.add(x, 1)) })),
  Sin: slope(tf.cos),
  Sinh: slope(tf.cosh),
  Tan: slope((x) => tf.reciprocal(tf.square(tf.cos(x)))),
  Tanh: slope((x) => oneMinusSquare(tf.tanh(x))),
};
