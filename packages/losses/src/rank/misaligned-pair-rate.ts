import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '../check.ts';

/**
 * For monitoring: of all pairs of copies of the same sample of which one is more relevant, the share in which that one has less confidence. 0 where no pair differs.
 *
 * @param confidence [copies, n], such as `confidence` of the raw batch and of each round
 * @param relevance [copies, n]: 1 for raw samples, max(λ, 1 − λ) for mixed ones
 * @throws {RangeError} for other shapes
 */
export function misalignedPairRate(confidence: tf.Tensor, relevance: tf.Tensor): Scalar {
  const [copies = 0, n = 0] = confidence.shape;
  if (confidence.rank !== 2 || copies < 1 || n < 1) throw new RangeError(`misalignedPairRate: confidence must have shape [copies, n], got [${confidence.shape.join(', ')}]`);
  checkShape('misalignedPairRate', 'relevance', relevance, [copies, n]);
  return tf.tidy(() => {
    const pairs = (x: tf.Tensor): [tf.Tensor, tf.Tensor] => [tf.expandDims(x, 1), tf.expandDims(x, 0)];
    const ordered = tf.greater(...pairs(relevance));
    const wrong = tf.logicalAnd(ordered, tf.less(...pairs(confidence)));
    const count = (these: tf.Tensor): tf.Tensor => tf.sum(tf.cast(these, 'float32'));
    return tf.div<Scalar>(count(wrong), tf.maximum(count(ordered), 1));
  });
}
