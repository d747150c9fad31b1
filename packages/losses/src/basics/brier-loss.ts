import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkLogits } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { labelColumns } from './label-columns.ts';
import { isValid, pick } from './pick.ts';
import { softmax } from './softmax.ts';

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
  const [n, classes] = checkLogits('brierLoss', logits);
  checkLabels('brierLoss', 'labels', labels, n);
  return tf.tidy(() => {
    const p = softmax(logits);
    const valid = tf.cast(isValid(labels, classes), 'float32');
    // Σ p² − p_y² + (1 − p_y)², multiplied out
    const atLabel = tf.mul(tf.sub(1, tf.mul(2, tf.reshape(pick(p, labelColumns(labels)), [n]))), valid);
    return reduce('brierLoss', tf.add(tf.sum(tf.square(p), -1), atLabel), reduction);
  });
}
