import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkLogits, checkShape } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';

/** Sizes of a batch and of its mixed copies, which lie one round after the other. */
export interface Rounds {
  readonly n: number;
  readonly rounds: number;
}

/** @throws {RangeError} where mixed logits are not [rounds · n, classes], labels not [n], labels of partners not [rounds · n]; {TypeError} where labels are not int32 */
export function checkRounds(caller: string, logits: LogitsLike, labels: LabelsLike, mixedLogits: LogitsLike, partnerLabels: LabelsLike): Rounds {
  const [n, classes] = checkLogits(caller, logits);
  const [rows] = checkLogits(caller, mixedLogits, 'mixedLogits');
  if (rows % n !== 0) throw new RangeError(`${caller}: mixedLogits must have rows for whole rounds of ${n} samples, got ${rows}`);
  checkShape(caller, 'mixedLogits', mixedLogits, [rows, classes]);
  checkLabels(caller, 'labels', labels, n);
  checkLabels(caller, 'partnerLabels', partnerLabels, rows);
  return { n, rounds: rows / n };
}

/** bool [rounds, n]: whether sample and partner are of different classes, so that a mixed copy is one. */
export function isMixed(labels: LabelsLike, partnerLabels: LabelsLike, { n, rounds }: Rounds): tf.Tensor2D {
  return tf.notEqual(tf.reshape(partnerLabels, [rounds, n]), tf.reshape(labels, [1, n]));
}
