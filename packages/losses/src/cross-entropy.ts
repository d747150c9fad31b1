import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkLogits } from './check.ts';
import type { LabelsLike, LogitsLike } from './inputs.ts';
import { oneHot } from './one-hot.ts';
import type { Reduced, Reduction } from './reduction.ts';
import { type CrossEntropyOptions, softCrossEntropy } from './soft-cross-entropy.ts';

/**
 * Cross entropy with class labels, −ln softmax(z)_y per sample.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, smoothing outside [0, 1], an unknown reduction
 */
export function crossEntropy<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, options: CrossEntropyOptions<R> = {}): Reduced<R> {
  const [n, classes] = checkLogits('crossEntropy', logits);
  checkLabels('crossEntropy', 'labels', labels, n);
  return tf.tidy(() => softCrossEntropy(logits, oneHot(labels, classes), options));
}
