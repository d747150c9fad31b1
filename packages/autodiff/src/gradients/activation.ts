import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { mask } from './mask.ts';
import { type GradientTable, rule } from './rule.ts';
import { sumTo } from './sum-to.ts';

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** 1 where x > 0, else `below`. */
const step = (x: tf.Tensor, below = 0): tf.Tensor => tf.step(detach(x), below);

/** The derivative of elu: eˣ below 0, 1 above; its own derivative is right on both sides. */
const eluSlope = (x: tf.Tensor): tf.Tensor => tf.exp(tf.minimum(x, 0));

/** Activation functions. At a kink the slope is that of the left side. */
export const activationGradients: GradientTable = {
  Elu: rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, eluSlope(x)) })),
  LeakyRelu: rule(['x'], (dy, { x }, { alpha }: { alpha: number }) => ({ x: () => tf.mul(dy, step(x, alpha)) })),
  Prelu: rule(['x', 'alpha'], (dy, { x, alpha }) => ({
    x: () => sumTo(tf.mul(dy, tf.add(step(x), tf.mul(alpha, tf.sub(1, step(x))))), x.shape),
    alpha: () => sumTo(tf.mul(dy, tf.mul(x, tf.sub(1, step(x)))), alpha.shape),
  })),
  Relu: rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, step(x)) })),
  Relu6: rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.mul(step(x), mask(tf.less(detach(x), 6)))) })),
  Selu: rule(['x'], (dy, { x }) => ({
    x: () => tf.mul(dy, tf.mul(tf.mul(step(x, SELU_ALPHA), eluSlope(x)), SELU_SCALE)),
  })),
  Sigmoid: rule(['x'], (dy, { x }) => ({
    x: () => {
      const y = tf.sigmoid(x);
      return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
    },
  })),
  Softplus: rule(['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.sigmoid(x)) })),
};
