import type { Embeddings, Images } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkShape, checkTensor, shapeText } from '../check-tensors.ts';
import { unitRows } from '../similarity/unit-rows.ts';

/**
 * The head of the networks of Metrix: global maximum plus global average of each channel, a linear layer, rows of unit length. Feature mixing mixes what goes in, since the maximum of a mixture is no mixture of maxima.
 *
 * @param features [batch, height, width, channels]
 * @param weights [channels, dimensions] (the transpose of PyTorch's)
 * @param bias [dimensions]. Default: none
 * @throws {RangeError | TypeError} for other shapes, or what are no tensors
 */
export function maxAvgPoolHead(features: tf.Tensor & Pick<Images, '~axes'>, weights: tf.Tensor, bias?: tf.Tensor): Embeddings {
  checkTensor('maxAvgPoolHead', 'features', features);
  checkTensor('maxAvgPoolHead', 'weights', weights);
  const [channels = 0, dimensions = 0] = weights.shape;
  if (features.rank !== 4) throw new RangeError(`maxAvgPoolHead: features must have shape [batch, height, width, channels], got ${shapeText(features.shape)}`);
  checkShape('maxAvgPoolHead', 'weights', weights, [features.shape[3]!, dimensions]);
  if (bias) checkShape('maxAvgPoolHead', 'bias', bias, [dimensions]);
  return tf.tidy(() => {
    const [batch = 0, height = 0, width = 0] = features.shape;
    const places = tf.reshape(features, [batch, height * width, channels]);
    const pooled = tf.add<tf.Tensor2D>(tf.max(places, 1), tf.mean(places, 1));
    const linear = tf.matMul(pooled, weights);
    return unitRows(bias ? tf.add<Embeddings>(linear, bias) : linear);
  });
}
