import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkLogits } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { labelColumns } from './label-columns.ts';
import { logSoftmax } from './log-softmax.ts';
import { pick } from './pick.ts';

/**
 * Brier score of p = softmax(z), Σₖ (pₖ − [k = y])² per sample, in [0, 2].
 *
 * Brier, "Verification of Forecasts Expressed in Terms of Probability", Monthly Weather Review 1950.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, an unknown reduction
 */
export function brierLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  const [n] = checkLogits('brierLoss', logits);
  checkLabels('brierLoss', 'labels', labels, n);
  return tf.tidy(() => {
    const p = tf.exp(logSoftmax(logits));
    const atLabel = tf.reshape(pick(p, labelColumns(labels)), [n]);
    // Σ p² − p_y² + (1 − p_y)², multiplied out
    return reduce('brierLoss', tf.add(tf.sum(tf.square(p), -1), tf.sub(1, tf.mul(2, atLabel))), reduction);
  });
}
