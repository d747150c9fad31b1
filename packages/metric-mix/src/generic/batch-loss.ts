import * as tf from '@tensorflow/tfjs-core';
import { checkMask } from '../check-tensors.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type OtherExamples, pairMatrix } from '../similarity/pair-matrix.ts';
import { type GenericLossOptions, type GenericLossParts, lossParts } from './generic-loss.ts';
import { checkSpec, type LossSpec } from './loss-spec.ts';

export interface BatchLossOptions extends Omit<GenericLossOptions, 'anchorLabels'> {
  /** What the batch is compared with. Default: itself, each example but with itself. */
  readonly others?: OtherExamples | undefined;
}

/**
 * `genericLoss` of a batch with class labels: every example is an anchor, and all others are its examples.
 *
 * @param embeddings [batch, dimensions], of any length: similarities are those of unit rows
 * @param labels int32 [batch]
 * @param options those of `genericLoss`; `mask` (bool [batch, examples]) takes pairs away, as a miner does
 * @throws {RangeError | TypeError} for other shapes, types or options
 */
export function batchLoss(spec: LossSpec, embeddings: EmbeddingsLike, labels: LabelsLike, options: BatchLossOptions = {}): GenericLossParts {
  const { others, mask, ...rest } = options;
  checkSpec('batchLoss', spec);
  return tf.tidy(() => {
    const { values, positive, negative } = pairMatrix('batchLoss', spec.measure ?? 'similarity', embeddings, labels, { others });
    const pairs = tf.logicalOr(positive, negative);
    if (mask) checkMask('batchLoss', 'mask', mask, pairs.shape);
    return lossParts('batchLoss', spec, values, positive, { ...rest, mask: mask ? tf.logicalAnd(pairs, mask) : pairs, anchorLabels: labels });
  });
}
