import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, gradient, noGradient, zerosFor } from './gradient.ts';

const one = (x: tf.Tensor): tf.Tensor => tf.onesLike(x);

/** A kernel of one operand `x` whose derivative at x is `slope(x)`. */
const unary = (slope: (x: tf.Tensor) => tf.Tensor): GradientTable[string] =>
  gradient(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, slope(x!)) }));

/** exp(x) where x ≤ 0, else 1: never overflows where it is not used. */
const expBelowZero = (x: tf.Tensor): tf.Tensor => tf.exp(tf.minimum(x, 0));

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Kernels of one operand, element by element. */
export const elementwiseGradients: GradientTable = {
  Abs: unary((x) => tf.sign(x)),
  Acos: unary((x) => tf.neg(tf.rsqrt(tf.sub(1, tf.square(x))))),
  Acosh: unary((x) => tf.rsqrt(tf.sub(tf.square(x), 1))),
  Asin: unary((x) => tf.rsqrt(tf.sub(1, tf.square(x)))),
  Asinh: unary((x) => tf.rsqrt(tf.add(tf.square(x), 1))),
  Atan: unary((x) => tf.reciprocal(tf.add(tf.square(x), 1))),
  Atanh: unary((x) => tf.reciprocal(tf.sub(1, tf.square(x)))),
  Cos: unary((x) => tf.neg(tf.sin(x))),
  Cosh: unary((x) => tf.sinh(x)),
  Elu: gradient(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.where(tf.greater(x!, 0), one(x!), expBelowZero(x!))) })),
  Erf: unary((x) => tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x))))),
  Exp: unary((x) => tf.exp(x)),
  Expm1: unary((x) => tf.exp(x)),
  LeakyRelu: gradient<{ alpha: number }>(['x'], (dy, { x }, { alpha }) => ({ x: () => tf.where(tf.greater(x!, 0), dy, tf.mul(dy, alpha)) })),
  Log: gradient(['x'], (dy, { x }) => ({ x: () => tf.div(dy, x!) })),
  Log1p: gradient(['x'], (dy, { x }) => ({ x: () => tf.div(dy, tf.add(x!, 1)) })),
  Neg: gradient(['x'], (dy) => ({ x: () => tf.neg(dy) })),
  Reciprocal: unary((x) => tf.neg(tf.square(tf.reciprocal(x)))),
  Relu: unary((x) => tf.step(x)),
  Relu6: gradient(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.mul(tf.step(x!), tf.cast(tf.lessEqual(x!, 6), 'float32'))) })),
  Rsqrt: unary((x) => tf.mul(-0.5, tf.div(tf.rsqrt(x), x))),
  Selu: unary((x) => tf.mul(SELU_SCALE, tf.where(tf.greater(x, 0), one(x), tf.mul(SELU_ALPHA, expBelowZero(x))))),
  Sigmoid: unary((x) => {
    const y = tf.sigmoid(x);
    return tf.mul(y, tf.sub(1, y));
  }),
  Sin: unary((x) => tf.cos(x)),
  Sinh: unary((x) => tf.cosh(x)),
  Softplus: unary((x) => tf.sigmoid(x)),
  Sqrt: gradient(['x'], (dy, { x }) => ({ x: () => tf.div(dy, tf.mul(2, tf.sqrt(x!))) })),
  Square: unary((x) => tf.mul(2, x)),
  Tan: unary((x) => tf.add(1, tf.square(tf.tan(x)))),
  Tanh: unary((x) => tf.sub(1, tf.square(tf.tanh(x)))),

  Cast: gradient<{ dtype: string }>(['x'], (dy, { x }, { dtype }) => ({ x: () => (dtype === 'float32' && x!.dtype === 'float32' ? dy : zerosFor(x!)) })),
  ClipByValue: gradient<{ clipValueMin: number; clipValueMax: number }>(['x'], (dy, { x }, { clipValueMin, clipValueMax }) => ({
    x: () => tf.where(tf.logicalAnd(tf.greaterEqual(x!, clipValueMin), tf.lessEqual(x!, clipValueMax)), dy, tf.zerosLike(dy)),
  })),
  Identity: gradient(['x'], (dy) => ({ x: () => tf.clone(dy) })),

  Ceil: noGradient('x'),
  Floor: noGradient('x'),
  IsFinite: noGradient('x'),
  IsInf: noGradient('x'),
  IsNan: noGradient('x'),
  LogicalNot: noGradient('x'),
  OnesLike: noGradient('x'),
  Round: noGradient('x'),
  Sign: noGradient('x'),
  Step: noGradient('x'),
  ZerosLike: noGradient('x'),
};
