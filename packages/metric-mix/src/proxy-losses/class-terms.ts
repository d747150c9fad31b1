import { crossEntropy } from '@mixwell/losses';
import * as tf from '@tensorflow/tfjs-core';
import type { LabelsLike } from '../inputs.ts';
import type { Terms } from '../reduction/reduction.ts';

/** bool [n]: the labels that are classes; others count as none. */
export function isClass(labels: LabelsLike, classes: number): tf.Tensor1D {
  return tf.logicalAnd<tf.Tensor1D>(tf.greaterEqual(labels, 0), tf.less(labels, classes));
}

/** float32 [n, classes]; zeros for a label that is no class. */
export function oneHot(labels: LabelsLike, classes: number): tf.Tensor2D {
  return tf.cast(tf.equal<tf.Tensor2D>(tf.expandDims(labels, 1), tf.expandDims(tf.range(0, classes, 1, 'int32'), 0)), 'float32');
}

/** Cross entropies of logits [n, classes]. To be called inside of `tf.tidy`. */
export function crossEntropyTerms(logits: tf.Tensor, labels: LabelsLike): Terms {
  return { values: crossEntropy(logits, labels, { reduction: 'none' }), valid: isClass(labels, logits.shape[1]!), labels };
}
