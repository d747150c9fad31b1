import { checkTensor, spec } from '@mixwell/tensor';
import type { Tensor } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkWhole } from '../check-options.ts';

/** Weights of a patch network, [class, neuron, dim]. */
export type PatchWeights = tf.Tensor & Pick<Tensor<['class', 'neuron', 'dim']>, '~axes'>;
/** Samples as sets of patches, [batch, patch, dim]. */
export type Patches = tf.Tensor & Pick<Tensor<['batch', 'patch', 'dim']>, '~axes'>;

/** x times itself. Not `tf.pow`, whose derivative for a negative x is not a number on some back ends. */
export function powerOf(x: tf.Tensor, power: number): tf.Tensor {
  return power === 0 ? tf.onesLike(x) : Array.from({ length: power - 1 }).reduce<tf.Tensor>((product) => tf.mul(product, x), x);
}

/** ⟨w, patch⟩ of every neuron with every patch, [class, batch, patch · neuron]. @throws {RangeError} for other shapes, or a power that is no whole number ≥ 1 */
export function responses(caller: string, w: PatchWeights, x: Patches, power: number): tf.Tensor {
  const sizes = new Map<string, number>();
  checkTensor(w, spec('float32', ['class', 'neuron', 'dim']), `${caller}: w`, sizes);
  checkTensor(x, spec('float32', ['batch', 'patch', 'dim']), `${caller}: x`, sizes);
  checkWhole(caller, 'power', power);
  const [classes, neurons, dim, batch, patches] = ['class', 'neuron', 'dim', 'batch', 'patch'].map((axis) => sizes.get(axis)!) as [number, number, number, number, number];
  const products = tf.matMul(tf.reshape(x, [batch * patches, dim]), tf.reshape(w, [classes * neurons, dim]), false, true);
  const byClass = tf.transpose(tf.reshape(products, [batch, patches, classes, neurons]), [2, 0, 1, 3]);
  return tf.reshape(byClass, [classes, batch, patches * neurons]);
}

/**
 * The two-layer network of the theory of mixup: logitₖ = Σ over neurons r and patches p of ⟨w[k, r], x[p]⟩^power, without biases, the second layer fixed to 1. With power 2
 * a feature that is learned faster the better it is known already.
 *
 * Zou, Cao, Li, Gu, "The Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433.
 *
 * @param w float32 [classes, neurons, dim]
 * @param x float32 [batch, patches, dim]
 * @param power whole number ≥ 1. Default 2, as in the paper
 * @returns logits [batch, classes]
 * @throws {RangeError} for other shapes, or a power that is no whole number ≥ 1
 */
export function patchNetwork(w: PatchWeights, x: Patches, power = 2): tf.Tensor2D {
  return tf.tidy(() => tf.transpose(tf.sum<tf.Tensor2D>(powerOf(responses('patchNetwork', w, x, power), power), -1)));
}
