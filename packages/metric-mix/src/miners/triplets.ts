import type * as tf from '@tensorflow/tfjs-core';
import { checkMask, checkShape, checkTensor } from '../check-tensors.ts';

/** Triplets in a list, all [triplets]. */
export type Triplets = {
  /** int32: rows of the embeddings */
  readonly anchors: tf.Tensor1D;
  /** int32: rows of the examples */
  readonly positives: tf.Tensor1D;
  /** int32: rows of the examples */
  readonly negatives: tf.Tensor1D;
  /** bool: those that count */
  readonly valid: tf.Tensor1D;
};

/** @throws {RangeError} where the parts have several lengths; {TypeError} where indices are not int32, or `valid` is not bool */
export function checkTriplets(caller: string, { anchors, positives, negatives, valid }: Triplets): void {
  checkTensor(caller, 'triplets.anchors', anchors);
  const shape = [anchors.size];
  for (const [name, x] of Object.entries({ anchors, positives, negatives })) {
    checkShape(caller, `triplets.${name}`, x, shape);
    if (x.dtype !== 'int32') throw new TypeError(`${caller}: triplets.${name} must be int32, got ${x.dtype}`);
  }
  checkMask(caller, 'triplets.valid', valid, shape);
}
