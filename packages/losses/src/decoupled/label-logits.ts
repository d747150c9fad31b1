import * as tf from '@tensorflow/tfjs-core';
import { logSumExp } from '../basics/log-sum-exp.ts';
import { pick } from '../basics/pick.ts';

/** Far below every logit, so that its exponential is 0; not −∞, which makes NaN of a gradient. */
const NOTHING = -1e30;

/** Logits of some classes, apart from those of all others. */
export interface LabelLogits {
  /** [n, k] */
  readonly ofLabels: tf.Tensor2D;
  /** [n, 1]: ln Σ exp of the classes that are none of the labels; −1e30 where there is none. */
  readonly ofOthers: tf.Tensor2D;
  /** [n, k]: 1 where a label is in [0, classes), else 0. */
  readonly valid: tf.Tensor2D;
  /** [n, k]: 1 where a valid label stands for the first time in its row, else 0. */
  readonly first: tf.Tensor2D;
}

const anyOf = (conditions: readonly tf.Tensor[]): tf.Tensor => conditions.reduce((a, b) => tf.logicalOr(a, b));

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
  const valid = tf.cast<tf.Tensor2D>(tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes)), 'float32');
  return {
    ofLabels: pick(logits, labels),
    ofOthers: tf.reshape(logSumExp(tf.where(isLabel, tf.fill([n, classes], NOTHING), logits)), [n, 1]),
    valid,
    first: tf.mul(valid, tf.cast(tf.logicalNot(tf.stack(repeated, 1)), 'float32')),
  };
}

/** [n, k]: ln of each label's probability once the other labels are out of the softmax. Never above 0, and 0 where no class is left to compete. */
export function decoupledLogProbs({ ofLabels, ofOthers, valid }: LabelLogits): tf.Tensor {
  return tf.mul(tf.neg(tf.softplus(tf.sub(ofOthers, ofLabels))), valid);
}

/** [n, 1]: ln Σ exp of all logits. */
export function logSumOfAll({ ofLabels, ofOthers, first }: LabelLogits): tf.Tensor2D {
  const once = tf.where(tf.cast(first, 'bool'), ofLabels, tf.fill(ofLabels.shape, NOTHING));
  return tf.reshape(logSumExp(tf.concat([once, ofOthers] as tf.Tensor[], 1)), [-1, 1]);
}
