import * as tf from '@tensorflow/tfjs-core';
import { isValid, pick, pickLargest } from './pick.ts';
import type { LogSum } from './softmax.ts';

/** ln softmax of elements of rows, given those elements. The largest logit goes first: at 10⁴ a sum with `rest` would round it away. */
export function logP(elements: tf.Tensor, { top, rest }: LogSum): tf.Tensor {
  return tf.sub(tf.sub(elements, top), rest);
}

/**
 * ln softmax at labels, [n, k]; 0 at a label out of range, which counts as none.
 *
 * @param logits [n, classes]
 * @param labels int32 [n, k]
 */
export function labelLogP(logits: tf.Tensor, labels: tf.Tensor, sum: LogSum): tf.Tensor {
  return tf.mul(logP(pick(logits, labels), sum), tf.cast(isValid(labels, logits.shape[1]!), 'float32'));
}

/** ln of the largest probability, [n]; of equal logits the first gets the gradient. */
export function largestLogP(logits: tf.Tensor, sum: LogSum): tf.Tensor1D {
  return tf.reshape(logP(pickLargest(logits), sum), [-1]);
}
