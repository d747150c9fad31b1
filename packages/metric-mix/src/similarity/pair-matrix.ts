import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkMask, checkRows, checkRowSets } from '../check-tensors.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { cosineSimilarities } from './cosine-similarities.ts';
import { euclideanDistances, squaredDistances } from './distances.ts';
import { type PairMasks, pairMasks } from './pair-masks.ts';
import { unitRows } from './unit-rows.ts';

/** Examples of another set: a memory, a gallery, proxies. */
export interface OtherExamples {
  /** [examples, dimensions] */
  readonly embeddings: EmbeddingsLike;
  /** int32 [examples] */
  readonly labels: LabelsLike;
  /** bool [examples]: the rows that hold an example. Default: all. */
  readonly filled?: tf.Tensor;
}

export interface MinedOptions {
  /** Which pairs count: what a miner gives. They are taken as they are, whatever the labels. Default: all pairs of one class, and all of different classes. */
  readonly pairs?: PairMasks | undefined;
}

export interface PairLossOptions extends MinedOptions {
  /** What the anchors are compared with: a memory of earlier batches, a gallery. Where it holds the batch too, leave pairs of a row with itself out by `pairs`. Default: the batch, without each itself. */
  readonly others?: OtherExamples | undefined;
}

// a type, as `tf.tidy` returns no interfaces
export type PairMatrix = {
  /** [anchors, examples] */
  readonly values: tf.Tensor2D;
  /** bool of the same shape */
  readonly positive: tf.Tensor2D;
  /** bool of the same shape */
  readonly negative: tf.Tensor2D;
};

/** @throws {RangeError | TypeError} where embeddings are no [n, dimensions], labels no int32 [n], the others not likewise, or masks not bool [n, examples] */
export function checkPairs(caller: string, embeddings: EmbeddingsLike, labels: LabelsLike, { others, pairs }: PairLossOptions): void {
  const [n] = checkRows(caller, 'embeddings', embeddings);
  checkLabels(caller, 'labels', labels, n);
  if (others) {
    checkRowSets(caller, embeddings, others.embeddings, ['embeddings', 'others.embeddings']);
    checkLabels(caller, 'others.labels', others.labels, others.embeddings.shape[0]);
    if (others.filled) checkMask(caller, 'others.filled', others.filled, [others.labels.size]);
  }
  if (pairs) {
    const shape = [n, others?.labels.size ?? n];
    checkMask(caller, 'pairs.positive', pairs.positive, shape);
    checkMask(caller, 'pairs.negative', pairs.negative, shape);
  }
}

/** The pairs of a batch, of labels or as they were mined, without places of a memory that are empty. To be called inside of `tf.tidy`. */
export function masksOf(labels: LabelsLike, { others, pairs }: PairLossOptions): PairMasks {
  const { positive, negative } = pairs ?? pairMasks(labels, others?.labels);
  if (!others?.filled) return { positive, negative };
  const filled = tf.expandDims(others.filled, 0);
  return { positive: tf.logicalAnd(positive, filled), negative: tf.logicalAnd(negative, filled) };
}

type Measure = (anchors: tf.Tensor, examples: tf.Tensor) => tf.Tensor2D;

/** Of unit rows, which are computed once where both sets are one. */
const ofUnitRows = (measure: Measure): Measure => (anchors, examples) => {
  const units = unitRows(anchors);
  return measure(units, examples === anchors ? units : unitRows(examples));
};

export type MeasureName = 'similarity' | 'distance' | 'squaredDistance';
const measures: Readonly<Record<MeasureName, Measure>> = { similarity: cosineSimilarities, distance: ofUnitRows(euclideanDistances), squaredDistance: ofUnitRows(squaredDistances) };

/**
 * Cosine similarities, Euclidean distances of unit rows, or their squares, of all pairs; and which of them are positive and negative.
 *
 * @throws {RangeError | TypeError} as `checkPairs`
 */
export function pairMatrix(caller: string, measure: MeasureName, embeddings: EmbeddingsLike, labels: LabelsLike, options: PairLossOptions): PairMatrix {
  checkPairs(caller, embeddings, labels, options);
  return tf.tidy(() => ({ values: measures[measure](embeddings, options.others?.embeddings ?? embeddings), ...masksOf(labels, options) }));
}
