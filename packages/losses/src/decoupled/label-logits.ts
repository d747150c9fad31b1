import { attachGradient, detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { logSoftmax } from '../basics/log-softmax.ts';
import { indexOfLargest, isValid, pick } from '../basics/pick.ts';

/** Far below every logit, so that its exponential is 0; not −∞, which makes NaN of a gradient. */
const NOTHING = -1e30;

/** ln Σ exp in two parts, top + rest, so that differences to logits lose no digits. */
interface LogSum {
  /** [n, 1]: the largest logit; a constant. */
  readonly top: tf.Tensor2D;
  /** [n, 1], in [0, ln classes]; has the gradient of the whole. */
  readonly rest: tf.Tensor2D;
}

/** Logits of some classes, apart from those of all others. */
export interface LabelLogits {
  /** [n, k] */
  readonly ofLabels: tf.Tensor2D;
  /** ln Σ exp of the classes that are none of the labels, [n, 1]; −1e30 where there is none. */
  readonly ofOthers: LogSum;
  /** [n, k]: 1 where a label is in [0, classes), else 0. */
  readonly valid: tf.Tensor2D;
  /** [n, k]: 1 where a valid label stands for the first time in its row, else 0. */
  readonly first: tf.Tensor2D;
}

const anyOf = (conditions: readonly tf.Tensor[]): tf.Tensor => conditions.reduce((a, b) => tf.logicalOr(a, b));

const withNothing = (logits: tf.Tensor, left: tf.Tensor): tf.Tensor => tf.where(left, tf.fill(logits.shape, NOTHING), logits);

/** ln Σ exp of the logits that are not left out. */
function logSumWithout(logits: tf.Tensor, left: tf.Tensor): LogSum {
  const others = withNothing(detach(logits), left);
  const at = indexOfLargest(others);
  const rest = tf.neg(pick(logSoftmax(others), at));
  return { top: pick(others, at), rest: attachGradient(logits, rest, (dy, z, [out]) => tf.mul(dy, tf.exp(logSoftmax(withNothing(z, out!)))), [left]) };
}

/**
 * All that losses need which leave classes out of a softmax: one log-sum-exp over the classes that are no labels serves the whole softmax and every one without some of the labels.
 *
 * @param logits [n, classes]
 * @param labels int32 [n, k]
 */
export function labelLogits(logits: tf.Tensor, labels: tf.Tensor): LabelLogits {
  const [n, classes] = logits.shape as [number, number];
  const columns = tf.unstack(labels, 1);
  const range = tf.range(0, classes, 1, 'int32');
  const isLabel = anyOf(columns.map((column): tf.Tensor => tf.equal(tf.reshape(column, [n, 1]), range)));
  const repeated = columns.map((column, j) => anyOf([tf.zeros([n], 'bool'), ...columns.slice(0, j).map((earlier): tf.Tensor => tf.equal(column, earlier))]));
  const valid = tf.cast(isValid(labels, classes), 'float32') as tf.Tensor2D;
  return {
    ofLabels: pick(logits, labels),
    ofOthers: logSumWithout(logits, isLabel),
    valid,
    first: tf.mul<tf.Tensor2D>(valid, tf.cast(tf.logicalNot(tf.stack(repeated, 1)), 'float32')),
  };
}

/** [n, k]: ln of each label's probability once the other labels are out of the softmax. Never above 0, and 0 where no class is left to compete. */
export function decoupledLogProbs({ ofLabels, ofOthers, valid }: LabelLogits): tf.Tensor {
  return tf.mul(tf.neg(tf.softplus(tf.add(tf.sub(ofOthers.top, ofLabels), ofOthers.rest))), valid);
}

/**
 * [n, k]: ln softmax of each label among all classes; 0 at one out of range. From a softmax over the labels, each once, and all others as one.
 */
export function labelLogProbs({ ofLabels, ofOthers, valid, first }: LabelLogits): tf.Tensor {
  const once = tf.where(tf.cast(first, 'bool'), ofLabels, tf.fill(ofLabels.shape, NOTHING));
  const top = detach(tf.maximum(tf.max(once, 1, true), ofOthers.top));
  const others = tf.exp(tf.add(tf.sub(ofOthers.top, top), ofOthers.rest));
  const rest = tf.log(tf.add(tf.sum(tf.exp(tf.sub(once, top)), 1, true), others));
  return tf.mul(tf.sub(tf.sub(ofLabels, top), rest), valid);
}
