import type { Targets } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkWhole } from '../check.ts';
import type { LabelsLike } from '../inputs.ts';
import { oneHot } from '../basics/one-hot.ts';

/**
 * Targets for sigmoid heads that hold both labels in full, min(1, onehot(a) + onehot(b)).
 *
 * @param labelsA int32 [n]
 * @param labelsB int32 [n]
 * @returns [n, classes]
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function twoHotTargets(labelsA: LabelsLike, labelsB: LabelsLike, classes: number): Targets {
  const [n = 0] = labelsA.shape;
  checkLabels('twoHotTargets', 'labelsA', labelsA, n);
  checkLabels('twoHotTargets', 'labelsB', labelsB, n);
  checkWhole('twoHotTargets', 'classes', classes);
  return tf.tidy(() => tf.minimum<tf.Tensor2D>(1, tf.add(oneHot(labelsA, classes), oneHot(labelsB, classes))));
}
