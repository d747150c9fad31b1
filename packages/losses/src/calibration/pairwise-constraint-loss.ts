import * as tf from '@tensorflow/tfjs-core';
import { labelColumns } from '../basics/label-columns.ts';
import { oneHot } from '../basics/one-hot.ts';
import { pick } from '../basics/pick.ts';
import { checkLabels, checkLogits, checkNotNegative } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import { withCrossEntropy } from './with-cross-entropy.ts';

export interface PairwiseConstraintOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** What the true class against each other one counts, ≥ 0. Default 1. */
  readonly discrimination?: number | tf.Tensor;
  /** What pairs of wrong classes count, which are drawn to equal logits, ≥ 0. Default 1. */
  readonly exclusion?: number | tf.Tensor;
}

/**
 * Calibration by pairwise constraints (CPC): CE(z, y) + discrimination · mean over k ≠ y of −ln σ(z_y − zₖ) + exclusion · mean over pairs k < l without y of
 * −½ (ln σ(zₖ − z_l) + ln σ(z_l − zₖ)) per sample. Takes memory for n · classes² numbers.
 *
 * Cheng, Vasconcelos, "Calibrating Deep Neural Networks by Pairwise Constraints", CVPR 2022.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, fewer than two classes, negative weights, an unknown reduction
 */
export function pairwiseConstraintLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, options: PairwiseConstraintOptions<R> = {}): Reduced<R> {
  const { discrimination = 1, exclusion = 1, reduction } = options;
  const [n, classes] = checkLogits('pairwiseConstraintLoss', logits);
  checkLabels('pairwiseConstraintLoss', 'labels', labels, n);
  checkNotNegative('pairwiseConstraintLoss', 'discrimination', discrimination);
  checkNotNegative('pairwiseConstraintLoss', 'exclusion', exclusion);
  if (classes < 2) throw new RangeError(`pairwiseConstraintLoss: logits must have at least 2 classes, got ${classes}`);
  return tf.tidy(() => {
    const wrong = tf.sub(1, oneHot(labels, classes));
    const against = tf.softplus(tf.sub(logits, pick(logits, labelColumns(labels))));
    const first = tf.div(tf.sum(tf.mul(against, wrong), -1), classes - 1);
    // over ordered pairs: softplus(d) alone, since each pair comes with −d too
    const differences = tf.softplus(tf.sub(tf.expandDims(logits, 2), tf.expandDims(logits, 1)));
    const pairs = tf.mul(tf.mul(tf.expandDims(wrong, 2), tf.expandDims(wrong, 1)), tf.sub(1, tf.eye(classes)));
    const second = tf.div(tf.sum(tf.mul(differences, pairs), [1, 2]), Math.max(1, (classes - 1) * (classes - 2)));
    return reduce('pairwiseConstraintLoss', withCrossEntropy(logits, labels, tf.add(tf.mul(first, discrimination), tf.mul(second, exclusion))), reduction);
  });
}
