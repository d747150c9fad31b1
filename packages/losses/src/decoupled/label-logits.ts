import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { attachGradient } from '../basics/attach-gradient.ts';
import { isValid, pick } from '../basics/pick.ts';
import { logSum, type LogSum, softmax } from '../basics/softmax.ts';

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

const withNothing = (logits: tf.Tensor, left: tf.Tensor): tf.Tensor => tf.where(left, tf.fill(logits.shape, NOTHING), logits);

/** [n, 1]: ln Σ exp of the logits that are not left out. */
function logSumWithout(logits: tf.Tensor, left: tf.Tensor): tf.Tensor2D {
  const { top, rest } = logSum(withNothing(detach(logits), left));
  return attachGradient(logits, tf.add(top, rest) as tf.Tensor2D, (dy, z, [out]) => tf.mul(dy, softmax(withNothing(z, out!))), [left]);
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
    first: tf.mul(valid, tf.cast(tf.logicalNot(tf.stack(repeated, 1)), 'float32')) as tf.Tensor2D,
  };
}

/** [n, k]: ln of each label's probability once the other labels are out of the softmax. Never above 0, and 0 where no class is left to compete. */
export function decoupledLogProbs({ ofLabels, ofOthers, valid }: LabelLogits): tf.Tensor {
  return tf.mul(tf.neg(tf.softplus(tf.sub(ofOthers, ofLabels))), valid);
}

/** ln Σ exp of all logits. */
export function logSumOfAll({ ofLabels, ofOthers, first }: LabelLogits): LogSum {
  const once = tf.where(tf.cast(first, 'bool'), ofLabels, tf.fill(ofLabels.shape, NOTHING));
  return logSum(tf.concat([once, ofOthers] as tf.Tensor[], 1));
}
