import * as tf from '@tensorflow/tfjs-core';
import { type Attributes, type GradientTable, gradient, gradientOfList, noGradient, unbroadcast } from './gradient.ts';

type Flow = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** A kernel of two operands that broadcast: what flows back at the result's shape is summed to the operand's. */
const binary = (toA: Flow, toB: Flow): GradientTable[string] => gradient(['a', 'b'], (dy, { a, b }) => ({
  a: () => unbroadcast(toA(dy, a!, b!), a!.shape),
  b: () => unbroadcast(toB(dy, a!, b!), b!.shape),
}));

const where = (condition: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.where(condition, dy, tf.zerosLike(dy));

/** b·a^(b − 1); 0 for b = 0, at a = 0 too. */
function powerSlope(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const isZero = tf.equal(b, 0);
  const exponent = tf.where(isZero, tf.onesLike(b), tf.sub(b, 1));
  return tf.mul(b, tf.pow(a, exponent));
}

/** ln a where a > 0, else 0. */
function safeLog(a: tf.Tensor): tf.Tensor {
  return tf.log(tf.where(tf.greater(a, 0), a, tf.onesLike(a)));
}

/** Kernels of two operands, element by element, and their relatives. */
export const binaryGradients: GradientTable = {
  Add: binary((dy) => dy, (dy) => dy),
  AddN: gradientOfList<Attributes>((dy, inputs) => inputs.map(() => () => tf.clone(dy))),
  Atan2: binary(
    (dy, a, b) => tf.div(tf.mul(dy, b), tf.add(tf.square(a), tf.square(b))),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.add(tf.square(a), tf.square(b)))),
  ),
  Maximum: binary((dy, a, b) => where(tf.greaterEqual(a, b), dy), (dy, a, b) => where(tf.less(a, b), dy)),
  Minimum: binary((dy, a, b) => where(tf.lessEqual(a, b), dy), (dy, a, b) => where(tf.greater(a, b), dy)),
  Mod: binary((dy) => dy, (dy, a, b) => tf.neg(tf.mul(dy, tf.floor(tf.div(a, b))))),
  Multiply: binary((dy, _, b) => tf.mul(dy, tf.cast(b, 'float32')), (dy, a) => tf.mul(dy, tf.cast(a, 'float32'))),
  Pow: binary((dy, a, b) => tf.mul(dy, powerSlope(a, tf.cast(b, 'float32'))), (dy, a, b) => tf.mul(dy, tf.mul(tf.pow(a, b), safeLog(a)))),
  Prelu: gradient(['x', 'alpha'], (dy, { x, alpha }) => {
    const positive = (): tf.Tensor => tf.greater(x!, 0);
    return {
      x: () => tf.where(positive(), dy, tf.mul(dy, alpha!)),
      alpha: () => unbroadcast(tf.where(positive(), tf.zerosLike(dy), tf.mul(dy, x!)), alpha!.shape),
    };
  }),
  RealDiv: binary((dy, _, b) => tf.div(dy, b), (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b)))),
  SquaredDifference: binary((dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))), (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a)))),
  Sub: binary((dy) => dy, (dy) => tf.neg(dy)),
  Select: gradient(['condition', 't', 'e'], (dy, { condition, t, e }) => ({
    condition: () => tf.fill(condition!.shape, 0, 'float32'),
    t: () => unbroadcast(where(condition!, dy), t!.shape),
    e: () => unbroadcast(where(tf.logicalNot(condition!), dy), e!.shape),
  })),

  Equal: noGradient('a', 'b'),
  FloorDiv: noGradient('a', 'b'),
  Greater: noGradient('a', 'b'),
  GreaterEqual: noGradient('a', 'b'),
  Less: noGradient('a', 'b'),
  LessEqual: noGradient('a', 'b'),
  LogicalAnd: noGradient('a', 'b'),
  LogicalOr: noGradient('a', 'b'),
  NotEqual: noGradient('a', 'b'),
};
