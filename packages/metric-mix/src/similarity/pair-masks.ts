import * as tf from '@tensorflow/tfjs-core';
import { checkLabels } from '../check-tensors.ts';
import type { LabelsLike } from '../inputs.ts';

// a type, as `tf.tidy` returns no interfaces
export type PairMasks = {
  /** bool [anchors, examples]: the two are of one class; never an example with itself. */
  readonly positive: tf.Tensor2D;
  /** bool [anchors, examples]: the two are of different classes. */
  readonly negative: tf.Tensor2D;
};

/** bool [n, n]: true but on the diagonal. */
export function notSelf(n: number): tf.Tensor2D {
  return tf.tidy(() => {
    const index = tf.range(0, n, 1, 'int32');
    return tf.notEqual<tf.Tensor2D>(tf.reshape(index, [n, 1]), tf.reshape(index, [1, n]));
  });
}

/**
 * Which pairs are positive and which negative.
 *
 * @param labels int32 [anchors]
 * @param others int32 [examples], of another set (a memory, a gallery, proxies). Left out: the pairs are within one batch, whose examples are no pairs with themselves
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function pairMasks(labels: LabelsLike, others?: LabelsLike): PairMasks {
  checkLabels('pairMasks', 'labels', labels);
  if (others) checkLabels('pairMasks', 'others', others);
  return tf.tidy(() => {
    const same: tf.Tensor2D = tf.equal(tf.reshape(labels, [-1, 1]), tf.reshape(others ?? labels, [1, -1]));
    return { positive: others ? same : tf.logicalAnd(same, notSelf(labels.size)), negative: tf.logicalNot(same) };
  });
}

/** bool [rows]: whether a row of a mask [rows, columns] has any. */
export function hasAny(mask: tf.Tensor): tf.Tensor1D {
  return tf.any<tf.Tensor1D>(mask, 1);
}
