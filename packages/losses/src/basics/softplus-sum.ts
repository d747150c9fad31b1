import { attachGradient, detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/** How often pairs of factors become one: e ≤ 1 grows to 2⁸ − 1 at most. */
const HALVINGS = 3;

/**
 * [n, 1]: Σ ln(1 + e) of each row, 0 ≤ e ≤ 1. A logarithm costs as much as many products, so that there is one for 8 elements: (1 + a)(1 + b) = 1 + (a + b + a b), whose last term
 * keeps all digits of small a and b.
 */
function logSumOfOnePlus(e: tf.Tensor): tf.Tensor {
  const [n, columns] = e.shape as [number, number];
  let factors = e;
  let width = columns;
  for (let i = 0; i < HALVINGS && width > 1; i++) {
    const half = Math.floor(width / 2);
    const [a, b] = [tf.slice(factors, [0, 0], [n, half]), tf.slice(factors, [0, half], [n, half])];
    const product = tf.add(tf.add(a, b), tf.mul(a, b));
    factors = width % 2 === 0 ? product : tf.concat([product, tf.slice(factors, [0, width - 1], [n, 1])], 1);
    width -= half;
  }
  return tf.sum(tf.log1p(factors), -1, true);
}

/**
 * Σₖ softplus(zₖ) of each row, [n], with softplus(z) = max(0, z) + ln(1 + e^−|z|); its gradient is σ(z).
 *
 * @param logits [n, classes]
 */
export function softplusSum(logits: tf.Tensor): tf.Tensor1D {
  const still = detach(logits);
  const value = tf.add(tf.sum(tf.relu(still), -1, true), logSumOfOnePlus(tf.exp(tf.neg(tf.abs(still)))));
  return tf.reshape(attachGradient(logits, value, (dy, z) => tf.mul(dy, tf.sigmoid(z))), [-1]);
}
