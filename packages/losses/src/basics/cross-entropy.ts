import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkLogits } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { checkCrossEntropy, type CrossEntropyOptions, labelCrossEntropy } from './label-cross-entropy.ts';
import { labelColumns } from './label-columns.ts';

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
  checkCrossEntropy('crossEntropy', options, classes);
  return tf.tidy(() => reduce('crossEntropy', labelCrossEntropy(logits, labelColumns(labels), tf.ones([1, 1]), options), options.reduction));
}
