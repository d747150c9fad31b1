import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../check.ts';
import { genericTerms } from '../generic/generic-terms.ts';
import { contrastive } from '../generic/specs.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { type PairLossOptions, pairMatrix } from '../similarity/pair-matrix.ts';

export interface ContrastiveOptions extends PairLossOptions {
  /** Distance within which a positive costs nothing. Default 0. */
  readonly positiveMargin?: number;
  /** Distance from which on a negative costs nothing. Default 1. */
  readonly negativeMargin?: number;
}

/**
 * Terms of the contrastive loss, of the Euclidean distance d of unit rows: [d − positiveMargin]₊ of positive pairs, [negativeMargin − d]₊ of negative ones.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns two sets of [n, examples]
 * @throws {RangeError | TypeError} for other shapes or types, margins that are not finite
 */
export function contrastiveTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: ContrastiveOptions = {}): { readonly positive: Terms; readonly negative: Terms } {
  const { positiveMargin = 0, negativeMargin = 1 } = options;
  checkFinite('contrastiveLoss', 'positiveMargin', positiveMargin);
  checkFinite('contrastiveLoss', 'negativeMargin', negativeMargin);
  const spec = contrastive({ form: 'distance', positiveMargin, m: negativeMargin });
  return tf.tidy(() => {
    const { values, positive, negative } = pairMatrix('contrastiveLoss', 'distance', embeddings, labels, options);
    const { pairs } = genericTerms('contrastiveLoss', spec, values, positive, tf.logicalOr(positive, negative));
    return { positive: { ...pairs!.positive, labels }, negative: { ...pairs!.negative, labels } };
  });
}

/**
 * The contrastive loss: its positive and its negative terms are reduced apart, and added.
 *
 * Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006; here without their squares, as metric learning has it.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'avgNonZero'
 * @throws {RangeError | TypeError} for other shapes or types, margins that are not finite, an unknown reduction
 */
export function contrastiveLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: ContrastiveOptions & ReducedOptions = {}): Scalar {
  const { reduction = 'avgNonZero' } = options;
  return tf.tidy(() => {
    const { positive, negative } = contrastiveTerms(embeddings, labels, options);
    return tf.add<Scalar>(reduceTerms('contrastiveLoss', positive, reduction), reduceTerms('contrastiveLoss', negative, reduction));
  });
}
