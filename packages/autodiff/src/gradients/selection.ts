import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { mask } from './mask.ts';
import { type GradientTable, rule } from './rule.ts';
import { sumTo } from './sum-to.ts';
import { zeros } from './zeros.ts';

interface ClipAttributes {
  readonly clipValueMin: number;
  readonly clipValueMax: number;
}

/** Kernels whose result is one of their operands. Where `a` and `b` are equal, `a` gets the whole gradient, as in TensorFlow. */
export const selectionGradients: GradientTable = {
  ClipByValue: rule(['x'], (dy, { x }, { clipValueMin, clipValueMax }: ClipAttributes) => ({
    x: () => {
      const still = detach(x);
      return tf.mul(dy, mask(tf.logicalAnd(tf.greaterEqual(still, clipValueMin), tf.lessEqual(still, clipValueMax))));
    },
  })),
  Maximum: rule(['a', 'b'], (dy, { a, b }) => ({
    a: () => sumTo(tf.mul(dy, mask(tf.greaterEqual(detach(a), detach(b)))), a.shape),
    b: () => sumTo(tf.mul(dy, mask(tf.less(detach(a), detach(b)))), b.shape),
  })),
  Minimum: rule(['a', 'b'], (dy, { a, b }) => ({
    a: () => sumTo(tf.mul(dy, mask(tf.lessEqual(detach(a), detach(b)))), a.shape),
    b: () => sumTo(tf.mul(dy, mask(tf.greater(detach(a), detach(b)))), b.shape),
  })),
  // not a product with a mask: an infinite gradient on the side that is not taken must vanish
  Select: rule(['condition'], (dy, { condition }) => ({
    condition: () => zeros(condition.shape),
    t: () => tf.where(condition, dy, zeros(dy.shape)),
    e: () => tf.where(condition, zeros(dy.shape), dy),
  })),
};
