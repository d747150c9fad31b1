import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkWhole } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { checkGaps, gapsCount } from '../miners/triplet-margin-miner.ts';
import { checkTriplets, type Triplets } from '../miners/triplets.ts';
import { activeTerms, type PairReduction, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { euclideanDistances, rowDistances } from '../similarity/distances.ts';
import { checkPairs, pairMatrix } from '../similarity/pair-matrix.ts';
import { unitRows } from '../similarity/unit-rows.ts';
import { hingeSums } from './triplet-counts.ts';
import { checkOneSelection, checkTripletReduction, ratio, reduceSums, type TripletSelection } from './triplet-options.ts';
import { tripletTotals } from './triplet-totals.ts';

export interface TripletMarginOptions extends TripletSelection {
  /** How much farther negatives are to be than positives. Default 0.05. */
  readonly margin?: number;
  /** Whether the negative counts with its distance to the positive where that is smaller. Default false. */
  readonly swap?: boolean;
  /** softplus instead of [·]₊. Default false. */
  readonly smooth?: boolean;
  /** Listed triplets, instead of all of the pairs: `distanceWeightedMiner`. For reductions, each is an anchor of its own. */
  readonly triplets?: Triplets | undefined;
  /** At most so many positives of each anchor, the first of the batch: with m examples of each class m − 1 are all. Takes memory for n · maxPositives · examples numbers. Default: all. */
  readonly maxPositives?: number | undefined;
}

/** Some triplets as terms. */
export type ListedTripletOptions = TripletMarginOptions & ({ readonly triplets: Triplets } | { readonly maxPositives: number });

// a type, as `tf.tidy` returns no interfaces
export type TripletLossParts = {
  readonly loss: Scalar;
  /** How many terms are > 0: 0 where all margins are met. */
  readonly active: Scalar;
  /** How many triplets count. */
  readonly triplets: Scalar;
};

const softened = (violations: tf.Tensor, smooth: boolean | undefined): tf.Tensor => (smooth ? tf.softplus(violations) : tf.relu(violations));

function checkOptions(embeddings: EmbeddingsLike, labels: LabelsLike, options: TripletMarginOptions): void {
  const { margin = 0.05, maxPositives, triplets, mine } = options;
  checkPairs('tripletMarginLoss', embeddings, labels, options);
  checkFinite('tripletMarginLoss', 'margin', margin);
  checkOneSelection('tripletMarginLoss', options);
  if (triplets) checkTriplets('tripletMarginLoss', triplets);
  if (mine) checkGaps('tripletMarginLoss', mine);
  if (maxPositives === undefined) return;
  checkWhole('tripletMarginLoss', 'maxPositives', maxPositives);
  if (triplets) throw new RangeError(`tripletMarginLoss: maxPositives must be given without triplets, got both`);
}

/** [triplets] */
function listedTerms(embeddings: EmbeddingsLike, labels: LabelsLike, triplets: Triplets, { margin = 0.05, swap, smooth, others }: TripletMarginOptions): Terms {
  const units = unitRows(embeddings);
  const examples = others ? unitRows(others.embeddings) : units;
  const [a, p, n] = [tf.gather(units, triplets.anchors), tf.gather(examples, triplets.positives), tf.gather(examples, triplets.negatives)];
  const apart = swap ? tf.minimum(rowDistances(a, n), rowDistances(p, n)) : rowDistances(a, n);
  return { values: softened(tf.add(tf.sub(rowDistances(a, p), apart), margin), smooth), valid: triplets.valid, labels: tf.gather(labels, triplets.anchors) };
}

/** [anchors, positives, examples] */
function cappedTerms(embeddings: EmbeddingsLike, labels: LabelsLike, maxPositives: number, options: TripletMarginOptions): Terms {
  const { margin = 0.05, swap, smooth, others, mine } = options;
  const { values, positive, negative } = pairMatrix('tripletMarginLoss', 'distance', embeddings, labels, options);
  const [anchors, examples] = values.shape;
  const { values: some, indices } = tf.topk(tf.cast(positive, 'float32'), Math.min(maxPositives, examples));
  const places = tf.add(indices, tf.expandDims(tf.range(0, anchors * examples, examples, 'int32'), 1));
  const toPositives = tf.expandDims(tf.gather(tf.reshape(values, [-1]), places), 2);
  const toNegatives = tf.expandDims(values, 1);
  const ofExamples = (): EmbeddingsLike => unitRows(others?.embeddings ?? embeddings);
  const apart = swap ? tf.minimum(toNegatives, tf.gather(euclideanDistances(ofExamples()), indices)) : toNegatives;
  const all = tf.logicalAnd(tf.greater(tf.expandDims(some, 2), 0), tf.expandDims(negative, 1));
  const valid = mine ? tf.logicalAnd(all, gapsCount(tf.sub(toNegatives, toPositives), mine)) : all;
  return { values: softened(tf.add(tf.sub(toPositives, apart), margin), smooth), valid, labels };
}

/**
 * Terms of the triplet margin loss of listed triplets, or of at most `maxPositives` positives of each anchor, of the Euclidean distance d of unit rows: [d_ap − d_an + m]₊.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [triplets], or [n, positives, examples]
 * @throws {RangeError | TypeError} for other shapes, types or options
 */
export function tripletMarginTerms(embeddings: EmbeddingsLike, labels: LabelsLike, options: ListedTripletOptions): Terms {
  checkOptions(embeddings, labels, options);
  const { triplets, maxPositives } = options;
  if (!triplets && maxPositives === undefined) throw new RangeError('tripletMarginTerms: triplets or maxPositives must be given, got neither');
  return tf.tidy(() => (triplets ? listedTerms(embeddings, labels, triplets, options) : cappedTerms(embeddings, labels, maxPositives!, options)));
}

/** `tripletMarginLoss`, with the number of triplets and of active ones beside it. Arguments and errors are the same. */
export function tripletMarginLossParts(embeddings: EmbeddingsLike, labels: LabelsLike, options: TripletMarginOptions & { readonly reduction?: PairReduction | undefined } = {}): TripletLossParts {
  const { margin = 0.05, swap = false, smooth = false, mine, others, triplets, maxPositives, reduction = 'avgNonZero' } = options;
  checkOptions(embeddings, labels, options);
  return tf.tidy(() => {
    if (triplets ?? maxPositives) {
      const terms = tripletMarginTerms(embeddings, labels, options as ListedTripletOptions);
      return { loss: reduceTerms('tripletMarginLoss', terms, reduction), active: activeTerms(terms), triplets: tf.sum<Scalar>(tf.cast(terms.valid, 'float32')) };
    }
    checkTripletReduction('tripletMarginLoss', reduction);
    const { values, positive, negative } = pairMatrix('tripletMarginLoss', 'distance', embeddings, labels, options);
    if (!swap && !smooth) {
      const sums = hingeSums(values, positive, negative, margin, mine ?? {});
      return { loss: reduceSums(sums, reduction), active: tf.sum<Scalar>(sums.active), triplets: tf.sum<Scalar>(sums.counts) };
    }
    const among = swap && others ? euclideanDistances(unitRows(others.embeddings)) : values;
    const totals = tripletTotals(values, swap ? among : undefined, positive, negative, { margin, swap, smooth, mine, perAnchor: reduction === 'perAnchor' });
    const by = { mean: totals.triplets, avgNonZero: totals.active, sum: tf.scalar(1), perAnchor: totals.anchors }[reduction];
    return { loss: ratio(totals.sum, by), active: totals.active, triplets: totals.triplets };
  });
}

/**
 * The triplet margin loss over all triplets of a batch, by Euclidean distances d of unit rows: [d_ap − d_an + m]₊, or softplus(d_ap − d_an + m). All triplets are never in memory: hinges are summed by
 * sorting the distances of each anchor; with `swap` or `smooth`, triplets are looked at in blocks of 4 million, which takes seconds for a batch of 512. `maxPositives` says that classes are small, which
 * is fast for both.
 *
 * Schroff, Kalenichenko, Philbin, "FaceNet: A Unified Embedding for Face Recognition and Clustering", CVPR 2015, equation 1, without the squares. Swap: Balntas, Riba, Ponsa, Mikolajczyk, "Learning Local
 * Feature Descriptors with Triplets and Shallow Convolutional Neural Networks", BMVC 2016.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param options `reduction`: default 'avgNonZero'; a function only with `triplets` or `maxPositives`
 * @throws {RangeError | TypeError} for other shapes, types or options
 */
export function tripletMarginLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: TripletMarginOptions & { readonly reduction?: PairReduction | undefined } = {}): Scalar {
  return tf.tidy(() => tripletMarginLossParts(embeddings, labels, options).loss);
}
