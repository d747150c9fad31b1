import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkMask, checkRows } from '../check-tensors.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { cosineSimilarities } from '../similarity/cosine-similarities.ts';
import { euclideanDistances } from '../similarity/distances.ts';
import { pairMasks } from '../similarity/pair-masks.ts';
import { unitRows } from '../similarity/unit-rows.ts';
import { type GenericLossOptions, type GenericLossParts, genericLossParts } from './generic-loss.ts';
import type { LossSpec } from './loss-spec.ts';

/** Examples of another set: a memory, a gallery, proxies. */
export interface OtherExamples {
  /** [examples, dimensions] */
  readonly embeddings: EmbeddingsLike;
  /** int32 [examples] */
  readonly labels: LabelsLike;
  /** bool [examples]: the rows that hold an example. Default: all. */
  readonly filled?: tf.Tensor;
}

export interface BatchLossOptions extends Omit<GenericLossOptions, 'anchorLabels'> {
  /** What the batch is compared with. Default: itself, each example but with itself. */
  readonly others?: OtherExamples | undefined;
}

/** [anchors, examples]: what a spec looks at, of rows of any length. */
export function measured({ measure = 'similarity' }: LossSpec, anchors: EmbeddingsLike, examples: EmbeddingsLike = anchors): tf.Tensor2D {
  if (measure === 'similarity') return cosineSimilarities(anchors, examples);
  const units = unitRows(anchors);
  return euclideanDistances(units, examples === anchors ? units : unitRows(examples));
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
  const [n] = checkRows('batchLoss', 'embeddings', embeddings);
  checkLabels('batchLoss', 'labels', labels, n);
  if (others?.filled) checkMask('batchLoss', 'others.filled', others.filled, [others.labels.size]);
  return tf.tidy(() => {
    const { positive, negative } = pairMasks(labels, others?.labels);
    const pairs = [
      ...(others ? [] : [tf.logicalOr(positive, negative)]),
      ...(others?.filled ? [tf.tile(tf.reshape(others.filled, [1, -1]), [n, 1])] : []),
      ...(mask ? [mask] : []),
    ];
    const all = pairs.length === 0 ? undefined : pairs.reduce((a, b) => tf.logicalAnd(a, b));
    return genericLossParts(spec, measured(spec, embeddings, others?.embeddings), positive, { ...rest, mask: all, anchorLabels: labels });
  });
}
