import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkAtLeast, checkFinite } from '../check.ts';
import { checkTensor, shapeText } from '../check-tensors.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { checkGaps } from '../miners/triplet-margin-miner.ts';
import { checkTriplets, type Triplets } from '../miners/triplets.ts';
import { rowDistances } from '../similarity/distances.ts';
import { checkPairs, pairMatrix } from '../similarity/pair-matrix.ts';
import { unitRows } from '../similarity/unit-rows.ts';
import { type TripletCounts, tripletCounts } from './triplet-counts.ts';
import { checkOneSelection, checkTripletReduction, float, ratio, reduceSums, type TripletReduction, type TripletSelection } from './triplet-options.ts';

export interface MarginOptions extends TripletSelection {
  /** b, the distance between positives and negatives: a number, a scalar, or [classes]; variables of the caller where it is learnt. Default 1.2. */
  readonly beta?: number | tf.Tensor;
  /** m, how far off b pairs are to be. Default 0.2. */
  readonly margin?: number;
  /** ν ≥ 0, which keeps a learnt b small: ν b is added; of b by class, ν Σ b over the anchors of all triplets, divided as 'avgNonZero' divides. Default 0. */
  readonly nu?: number;
  /** Listed triplets, instead of all of the pairs: `distanceWeightedMiner`. For reductions, each is an anchor of its own. */
  readonly triplets?: Triplets | undefined;
  /** Default 'avgNonZero', where either half of a triplet is a term of its own. */
  readonly reduction?: TripletReduction | undefined;
}

/** Hinges of pairs, and in how many triplets each pair is; [anchors, examples], or [triplets]. */
interface Halves extends TripletCounts {
  readonly ofPositives: tf.Tensor;
  readonly ofNegatives: tf.Tensor;
  /** b of each anchor, [anchors, 1], [triplets] or a number. */
  readonly beta: tf.Tensor | number;
}

function hinges(toPositives: tf.Tensor, toNegatives: tf.Tensor, beta: tf.Tensor | number, margin: number): Pick<Halves, 'ofPositives' | 'ofNegatives'> {
  return { ofPositives: tf.relu(tf.add(tf.sub(toPositives, beta), margin)), ofNegatives: tf.relu(tf.add(tf.sub(beta, toNegatives), margin)) };
}

function halves(embeddings: EmbeddingsLike, labels: LabelsLike, options: MarginOptions): Halves {
  const { beta = 1.2, margin = 0.2, triplets, others, mine } = options;
  const betaAt = (of: tf.Tensor): tf.Tensor | number => (typeof beta === 'number' || beta.rank === 0 ? beta : tf.gather(beta, of));
  if (triplets) {
    const units = unitRows(embeddings);
    const examples = others ? unitRows(others.embeddings) : units;
    const a = tf.gather(units, triplets.anchors);
    const ofAnchors = betaAt(tf.gather(labels, triplets.anchors));
    const counts = float(triplets.valid);
    const distances = [triplets.positives, triplets.negatives].map((rows) => rowDistances(a, tf.gather(examples, rows))) as [tf.Tensor, tf.Tensor];
    return { ...hinges(...distances, ofAnchors, margin), positiveCounts: counts, negativeCounts: counts, beta: ofAnchors };
  }
  const matrix = pairMatrix('marginLoss', 'distance', embeddings, labels, options);
  const ofAnchors = betaAt(tf.expandDims(labels, 1));
  return { ...hinges(matrix.values, matrix.values, ofAnchors, margin), ...tripletCounts(matrix.values, matrix.positive, matrix.negative, mine ?? {}), beta: ofAnchors };
}

/**
 * The margin loss over all triplets of a batch, by Euclidean distances d of unit rows: [d_ap − b + m]₊ + [b − d_an + m]₊. Either half depends on one pair, so that it is computed on pairs, with the
 * number of triplets that each is in. A label outside of a b by class takes the loss of no class: it must be in [0, classes).
 *
 * Wu, Manmatha, Smola, Krähenbühl, "Sampling Matters in Deep Embedding Learning", ICCV 2017, equations 8 and 9.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @throws {RangeError | TypeError} for other shapes, types or options
 */
export function marginLoss(embeddings: EmbeddingsLike, labels: LabelsLike, options: MarginOptions = {}): Scalar {
  const { beta = 1.2, margin = 0.2, nu = 0, triplets, mine, reduction = 'avgNonZero' } = options;
  checkPairs('marginLoss', embeddings, labels, options);
  if (typeof beta === 'number') checkFinite('marginLoss', 'beta', beta);
  else checkTensor('marginLoss', 'beta', beta);
  if (typeof beta !== 'number' && beta.rank > 1) throw new RangeError(`marginLoss: beta must have shape [] or [classes], got ${shapeText(beta.shape)}`);
  checkFinite('marginLoss', 'margin', margin);
  checkAtLeast('marginLoss', 'nu', nu, 0);
  checkOneSelection('marginLoss', options);
  if (triplets) checkTriplets('marginLoss', triplets);
  if (mine) checkGaps('marginLoss', mine);
  checkTripletReduction('marginLoss', reduction);
  return tf.tidy(() => {
    const { ofPositives, ofNegatives, positiveCounts, negativeCounts, beta: ofAnchors } = halves(embeddings, labels, options);
    const rows = (x: tf.Tensor): tf.Tensor => (x.rank === 1 ? x : tf.sum(x, 1));
    const sums = tf.add(rows(tf.mul(ofPositives, positiveCounts)), rows(tf.mul(ofNegatives, negativeCounts)));
    const active = tf.add(rows(tf.mul(tf.step(ofPositives), positiveCounts)), rows(tf.mul(tf.step(ofNegatives), negativeCounts)));
    const counts = rows(positiveCounts);
    const loss = reduceSums({ sums, active, counts }, reduction);
    if (nu === 0) return loss;
    const ofBeta = typeof ofAnchors !== 'number' && ofAnchors.rank > 0
      ? tf.mul(ratio(tf.sum(tf.mul(tf.reshape(ofAnchors, [-1]), counts)), tf.sum(active)), tf.step(tf.sum(active)))
      : ofAnchors;
    return tf.add<Scalar>(loss, tf.mul(ofBeta, nu));
  });
}
