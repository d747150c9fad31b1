import { attachGradient, detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { logSoftmax } from './log-softmax.ts';
import { addAtLabels, indexOfLargest, isValid, pick } from './pick.ts';

/** ln softmax at labels, and over all classes. */
export interface LogPColumns {
  /** [n, k]; 0 at a label out of range, which counts as none. */
  readonly atLabels: tf.Tensor2D;
  /** [n]: Σₖ wₖ ln softmax(z)ₖ. */
  readonly everywhere: tf.Tensor1D;
}

/**
 * Their gradient by logits is one product with softmax, onto which that at the labels is scattered: few passes over all logits.
 *
 * @param logits [n, classes]
 * @param labels int32 [n, k]
 * @param weights [classes]; left out: 1 for all
 */
export function logPColumns(logits: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor = tf.ones([1])): LogPColumns {
  const [n, classes] = logits.shape as [number, number];
  const k = labels.shape[1]!;
  const logP = logSoftmax(detach(logits));
  const everywhere = tf.sum(weights.size === 1 ? logP : tf.mul(logP, weights), -1, true);
  const total = tf.mul(tf.sum(weights), classes / weights.size);
  const value = tf.concat([atLabels(logP, labels), everywhere] as tf.Tensor[], 1);
  const columns = attachGradient(logits, value, (dy, z, [at, w, sum]) => {
    const [ofLabels, ofAll] = tf.split(dy, [k, 1], 1) as [tf.Tensor, tf.Tensor];
    const counted = valid(ofLabels, at!, classes);
    const ofSoftmax = tf.mul(tf.exp(logSoftmax(z)), tf.add(tf.sum(counted, 1, true), tf.mul(ofAll, sum!)));
    return addAtLabels(tf.sub(tf.mul(ofAll, w!), ofSoftmax), counted, at!);
  }, [labels, weights, total]);
  return { atLabels: tf.slice(columns, [0, 0], [n, k]) as tf.Tensor2D, everywhere: tf.reshape(tf.slice(columns, [0, k], [n, 1]), [-1]) };
}

/** 0 where a label is out of range. */
function valid(values: tf.Tensor, labels: tf.Tensor, classes: number): tf.Tensor {
  return tf.mul(values, tf.cast(isValid(labels, classes), 'float32'));
}

const atLabels = (logP: tf.Tensor, labels: tf.Tensor): tf.Tensor => valid(pick(logP, labels), labels, logP.shape[1]!);

/**
 * ln softmax at labels, [n, k], alone: `logPColumns` without a pass for the others.
 *
 * @param logits [n, classes]
 * @param labels int32 [n, k]
 */
export function labelLogP(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const classes = logits.shape[1]!;
  return attachGradient(logits, atLabels(logSoftmax(detach(logits)), labels), (dy, z, [at]) => {
    const counted = valid(dy, at!, classes);
    return addAtLabels(tf.mul(tf.exp(logSoftmax(z)), tf.neg(tf.sum(counted, 1, true))), counted, at!);
  }, [labels]);
}

/** ln of the largest probability, [n]; of equal logits the first gets the gradient. */
export function largestLogP(logits: tf.Tensor): tf.Tensor1D {
  return tf.reshape(labelLogP(logits, indexOfLargest(logits)), [-1]);
}

/** Both at once, which costs what one does. */
export interface LabelAndLargest {
  /** [n] */
  readonly atLabel: tf.Tensor1D;
  /** [n] */
  readonly largest: tf.Tensor1D;
  /** int32 [n]: the class of the largest. */
  readonly predicted: tf.Tensor1D;
}

/** ln softmax at labels, int32 [n], and the largest. */
export function labelAndLargestLogP(logits: tf.Tensor, labels: tf.Tensor): LabelAndLargest {
  const predicted = tf.reshape<tf.Rank.R1>(indexOfLargest(logits), [-1]);
  const [atLabel, largest] = tf.unstack(labelLogP(logits, tf.stack([labels, predicted], 1)), 1) as [tf.Tensor1D, tf.Tensor1D];
  return { atLabel, largest, predicted };
}
