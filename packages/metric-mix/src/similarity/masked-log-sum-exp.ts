import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkMask, checkTensor, shapeText } from '../check-tensors.ts';

/** Exponents of terms that are not there: e to it is 0, and it is finite, so that no product with 0 is NaN. */
const NOTHING = -1e30;

export interface MaskedLogSumExpOptions {
  /** Of the shape of the exponents: ln of the weight of each term. Read where `valid` is true; elsewhere it must be finite (`maskedLog`). */
  readonly logWeights?: tf.Tensor | undefined;
  /** ln(1 + Σ) instead of ln Σ. Default false. */
  readonly plusOne?: boolean;
}

/** ln x where `valid`, else 0; no gradient where it is not. */
export function maskedLog(x: tf.Tensor, valid: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.log(tf.where(valid, x, tf.onesLike(x))));
}

/**
 * ln Σ wⱼ e^zⱼ of each row, over the terms that are valid, shifted by the largest; its gradient is their softmax. A row without any gives 0, with zero gradient: look at `tf.any(valid, 1)` where
 * that means something. NaN stays NaN.
 *
 * @param exponents [rows, terms], finite
 * @param valid bool [rows, terms]
 * @returns [rows]
 * @throws {RangeError | TypeError} for other shapes, or a mask that is not bool
 */
export function maskedLogSumExp(exponents: tf.Tensor, valid: tf.Tensor, { logWeights, plusOne = false }: MaskedLogSumExpOptions = {}): tf.Tensor1D {
  checkTensor('maskedLogSumExp', 'exponents', exponents);
  if (exponents.rank !== 2) throw new RangeError(`maskedLogSumExp: exponents must have shape [rows, terms], got ${shapeText(exponents.shape)}`);
  checkMask('maskedLogSumExp', 'valid', valid, exponents.shape);
  return tf.tidy(() => {
    const weighted = logWeights ? tf.add(exponents, logWeights) : exponents;
    const terms = tf.where(valid, weighted, tf.fill(weighted.shape, NOTHING));
    const largest = tf.max(detach(terms), 1, true);
    const none = tf.lessEqual(largest, NOTHING / 2);
    if (plusOne) {
      const shift = tf.relu(largest);
      const sum = tf.sum(tf.exp(tf.sub(terms, shift)), 1, true);
      // 1 + Σ e^z = e^shift (1 + (e^−shift − 1) + Σ e^(z − shift)), whose logarithm keeps all digits of a small Σ
      return tf.reshape(tf.add(tf.log1p(tf.add(tf.expm1(tf.neg(shift)), sum)), shift), [-1]);
    }
    const shift = tf.where(none, tf.zerosLike(largest), largest);
    const sum = tf.sum(tf.exp(tf.sub(terms, shift)), 1, true);
    return tf.reshape(tf.add(tf.log(tf.where(none, tf.onesLike(sum), sum)), shift), [-1]);
  });
}
