import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from '../mix.ts';
import { transmixLabelWeights, type TransmixOptions } from './transmix-labels.ts';

/**
 * How much attention is to be trusted, MixPro's progressive factor: max(0, cosine of the predicted probabilities and the mixed targets), small while the network knows little.
 *
 * @param logits [rows, classes] of the mixed images
 * @param targets [rows, classes], mixed by area; smoothed where the loss smooths them
 * @returns [rows], in [0, 1]
 * @throws {RangeError} for other shapes
 */
export function progressiveFactor(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  if (logits.rank !== 2 || targets.shape.join() !== logits.shape.join()) {
    throw new RangeError(`progressiveFactor: logits and targets must both have shape [rows, classes], got [${logits.shape.join(', ')}] and [${targets.shape.join(', ')}]`);
  }
  return tf.tidy(() => {
    const probabilities = tf.softmax(logits);
    const norms = tf.sqrt<tf.Tensor>(tf.mul(tf.sum(tf.square(probabilities), 1), tf.sum(tf.square(targets), 1)));
    return tf.relu(tf.divNoNan<tf.Tensor1D>(tf.sum(tf.mul(probabilities, targets), 1), norms));
  });
}

/**
 * The label weights of MixPro: those of area while the network knows little, those of attention as it learns, by `progressiveFactor` for each image.
 *
 * Zhao et al., "MixPro: Data Augmentation with MaskMix and Progressive Attention Labeling for Vision Transformer", ICLR 2023, arXiv 2304.12043.
 *
 * @param attention [rows, gridHeight, gridWidth] of the mixed images, from `classAttention`
 * @param logits [rows, classes] of the mixed images
 * @param targets [rows, classes]: `mixTargets(mix, oneHot)`, smoothed where the loss smooths them
 * @returns [rows, k]
 * @throws {RangeError} for shapes that do not fit
 */
export function mixproLabelWeights(
  mix: Mix,
  { attention, logits, targets }: { readonly attention: tf.Tensor; readonly logits: tf.Tensor; readonly targets: tf.Tensor },
  { detachLabels = true }: Pick<TransmixOptions, 'detachLabels'> = {},
): tf.Tensor2D {
  return tf.tidy(() => transmixLabelWeights(mix, attention, { ratio: progressiveFactor(logits, targets), detachLabels }));
}
