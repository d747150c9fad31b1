import { checkTensor, spec } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { PatchWeights } from './patch-network.ts';

/**
 * How much of each feature the neurons of its class have learned: the largest |⟨w[k, r], feature⟩| over neurons r.
 *
 * @param w float32 [2, neurons, dim], the weights of `patchNetwork`
 * @param features float32 [4, dim]: the common and the rare feature of class 0, those of class 1 (`makeFeatureNoiseData` of @mixwell/data)
 * @returns [2, 2]: class, then common and rare
 * @throws {RangeError} for other shapes
 */
export function featureLearning(w: PatchWeights, features: tf.Tensor): tf.Tensor2D {
  const sizes = new Map<string, number>();
  checkTensor(w, spec('float32', [2, 'neuron', 'dim']), 'featureLearning: w', sizes);
  checkTensor(features, spec('float32', [4, 'dim']), 'featureLearning: features', sizes);
  return tf.tidy(() => {
    const products = tf.matMul(w, tf.reshape(features, [2, 2, features.shape[1]!]), false, true);
    return tf.max(tf.abs(products), 1);
  });
}

/**
 * How far the network tells its training samples apart by their noise alone: of each sample the largest |⟨w[its class, r], noise⟩| over neurons and noise patches, and of these the
 * smallest.
 *
 * @param w float32 [classes, neurons, dim]
 * @param noise float32 [n, patches, dim]
 * @param targets float32 [n, classes], one-hot
 * @returns scalar
 * @throws {RangeError} for other shapes
 */
export function noiseLearning(w: PatchWeights, noise: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  const sizes = new Map<string, number>();
  checkTensor(w, spec('float32', ['class', 'neuron', 'dim']), 'noiseLearning: w', sizes);
  checkTensor(noise, spec('float32', ['n', 'patch', 'dim']), 'noiseLearning: noise', sizes);
  checkTensor(targets, spec('float32', ['n', 'class']), 'noiseLearning: targets', sizes);
  return tf.tidy(() => {
    const [classes, neurons, dim, n, patches] = ['class', 'neuron', 'dim', 'n', 'patch'].map((axis) => sizes.get(axis)!) as [number, number, number, number, number];
    const products = tf.abs(tf.matMul(tf.reshape(noise, [n * patches, dim]), tf.reshape(w, [classes * neurons, dim]), false, true));
    const perClass = tf.max(tf.max(tf.reshape(products, [n, patches, classes, neurons]), 3), 1);
    return tf.min(tf.sum(tf.mul(perClass, targets), 1));
  });
}
