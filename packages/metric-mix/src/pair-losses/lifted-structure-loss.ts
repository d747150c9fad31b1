import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { maskedLogSumExp } from '../similarity/masked-log-sum-exp.ts';
import { hasAny } from '../similarity/pair-masks.ts';
import { type MinedOptions, pairMatrix } from '../similarity/pair-matrix.ts';

export interface LiftedStructureOptions extends MinedOptions {
  /** Distance that negatives are to have. Default 1. */
  readonly margin?: number;
}

/** ln(eˣ + eʸ) of all x [n] in rows with y [n] in columns, [n, n], where one of the two may be missing; its gradient is right where they are equal too. */
function logSumOfTwo(x: tf.Tensor, has: tf.Tensor): tf.Tensor {
  const [rows, columns] = [tf.expandDims(x, 1), tf.expandDims(x, 0)];
  const both = tf.add(columns, tf.softplus(tf.sub(rows, columns)));
  return tf.where(tf.expandDims(has, 1), tf.where(tf.expandDims(has, 0), both, rows), columns);
}

/**
 * Terms of the lifted structure loss, of the Euclidean distance d of unit rows: ½ [J]₊² of each positive pair, J = ln(Σₙ e^(m − d_an) + Σₙ e^(m − d_pn)) + d_ap. Pairs of which neither has
 * negatives are left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n, n]
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite
 */
export function liftedStructureTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: LiftedStructureOptions = {}): Terms {
  const { margin = 1 } = options;
  checkFinite('liftedStructureLoss', 'margin', margin);
  return tf.tidy(() => {
    const { values, positive, negative } = pairMatrix('liftedStructureLoss', 'distance', embeddings, labels, { pairs: options.pairs });
    const has = hasAny(negative);
    const apart = logSumOfTwo(maskedLogSumExp(tf.sub(margin, values), negative), has);
    const valid = tf.logicalAnd(positive, tf.logicalOr(tf.expandDims(has, 1), tf.expandDims(has, 0)));
    return { values: tf.div(tf.square(tf.relu(tf.add(apart, values))), 2), valid, labels };
  });
}

/**
 * The lifted structure loss.
 *
 * Oh Song, Xiang, Jegelka, Savarese, "Deep Metric Learning via Lifted Structured Feature Embedding", CVPR 2016, equation 4.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'mean', over positive pairs
 * @throws {RangeError | TypeError} for other shapes or types, a margin that is not finite, an unknown reduction
 */
export function liftedStructureLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: LiftedStructureOptions & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('liftedStructureLoss', liftedStructureTerms(embeddings, labels, options), options.reduction ?? 'mean'));
}
