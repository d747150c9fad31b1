import { checkTensor, spec } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { type Patches, type PatchWeights, powerOf, responses } from './patch-network.ts';

/** power over j. */
function binomial(power: number, j: number): number {
  let value = 1;
  for (let i = 1; i <= j; i++) value = (value * (power - j + i)) / i;
  return value;
}

/**
 * logits[k, i, j] of the mixture λ xᵢ + (1 − λ) xⱼ. As responses are linear in x, (λ a + (1 − λ) b)^power is the sum over q of binomial(power, q) λ^q a^q (1 − λ)^(power − q) b^(power − q):
 * products of two matrices, so that nothing larger than [classes, n, n] is made.
 */
function pairLogits(a: tf.Tensor, lambda: number, power: number): tf.Tensor {
  const terms = Array.from({ length: power + 1 }, (_, q) =>
    tf.mul(tf.matMul(powerOf(a, q), powerOf(a, power - q), false, true), binomial(power, q) * lambda ** q * (1 - lambda) ** (power - q)));
  return terms.reduce((sum, term) => tf.add(sum, term));
}

function checkRatio(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`patchNetworkAllPairs: ${name} must be in [0, 1], got ${value}`);
}

/**
 * The loss of mixup in theory: the mean cross entropy of `patchNetwork` over all n² ordered pairs of samples, each with itself included, at a fixed λ. The mixtures themselves are
 * not made.
 *
 * Zou, Cao, Li, Gu, "The Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433.
 *
 * @param w float32 [classes, neurons, dim]
 * @param x float32 [n, patches, dim]
 * @param targets float32 [n, classes], rows that sum to 1
 * @param lambdaX λ of the inputs, in [0, 1]: the first of a pair counts λ, the second 1 − λ
 * @param lambdaY λ of the labels, in [0, 1]. Default: that of the inputs
 * @param power whole number ≥ 1. Default 2
 * @throws {RangeError} for other shapes, λ outside [0, 1], a power that is no whole number ≥ 1
 */
export function patchNetworkAllPairs(w: PatchWeights, x: Patches, targets: tf.Tensor, lambdaX: number, lambdaY: number = lambdaX, power = 2): tf.Scalar {
  checkRatio('lambdaX', lambdaX);
  checkRatio('lambdaY', lambdaY);
  return tf.tidy(() => {
    const a = responses('patchNetworkAllPairs', w, x, power);
    const [classes, n] = a.shape as [number, number, number];
    checkTensor(targets, spec('float32', [n, classes]), 'patchNetworkAllPairs: targets');
    const logits = pairLogits(a, lambdaX, power);
    const logProbabilities = tf.sub(logits, tf.logSumExp(logits, 0, true));
    const own = tf.transpose(targets);
    const labels = tf.add(tf.mul(tf.reshape(own, [classes, n, 1]), lambdaY), tf.mul(tf.reshape(own, [classes, 1, n]), 1 - lambdaY));
    return tf.div(tf.neg(tf.sum(tf.mul(labels, logProbabilities))), n * n);
  });
}
