import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from '../check.ts';
import { checkTensor, shapeText } from '../check-tensors.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { maskedLogSumExp } from '../similarity/masked-log-sum-exp.ts';
import { minedMatrix, type MinerOptions } from './mined-matrix.ts';
import type { Triplets } from './triplets.ts';

export interface DistanceWeightedOptions extends MinerOptions {
  /** Smaller distances count as this, > 0. Default 0.5. */
  readonly cutoff?: number;
  /** Negatives from this distance on are never drawn, in (0, 2). Default 1.4. */
  readonly farthest?: number;
}

type Weighed = { readonly weights: tf.Tensor; readonly positive: tf.Tensor2D };

function weigh(caller: string, embeddings: EmbeddingsLike, labels: LabelsLike, options: DistanceWeightedOptions): Weighed {
  const { cutoff = 0.5, farthest = 1.4 } = options;
  checkPositive(caller, 'cutoff', cutoff);
  if (!(farthest > 0 && farthest < 2)) throw new RangeError(`${caller}: farthest must be in (0, 2), got ${farthest}`);
  return tf.tidy(() => {
    const { values, positive, negative } = minedMatrix(caller, 'distance', embeddings, labels, options);
    const far = tf.maximum(values, cutoff);
    const valid = tf.logicalAnd(negative, tf.less(far, farthest));
    // ln(1 − d²/4) is −∞ at 2, which no valid distance reaches
    const d: tf.Tensor = tf.where(valid, far, tf.onesLike(far));
    const dimensions = embeddings.shape[1]!;
    const logWeights: tf.Tensor = tf.sub(tf.mul(tf.log(d), 2 - dimensions), tf.mul(tf.log1p(tf.mul(tf.square(d), -0.25)), (dimensions - 3) / 2));
    const shares: tf.Tensor = tf.exp(tf.sub(logWeights, tf.expandDims(maskedLogSumExp(logWeights, valid), 1)));
    return { weights: tf.where<tf.Tensor>(valid, shares, tf.zerosLike(shares)), positive };
  });
}

/**
 * With which probability each negative is drawn for each anchor: in inverse proportion to the density of its distance d on the sphere, d^(2 − D) (1 − d²/4)^(−(D − 3)/2), so that all distances come
 * about equally often. Logarithms are shifted by the largest among the anchor's own candidates. Constants for gradients.
 *
 * Wu, Manmatha, Smola, Krähenbühl, "Sampling Matters in Deep Embedding Learning", ICCV 2017, section 4.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns [n, examples]; rows sum to 1, or are 0 where nothing qualifies
 * @throws {RangeError | TypeError} for other shapes or types, a cutoff ≤ 0, a farthest distance outside (0, 2)
 */
export function distanceWeights(embeddings: EmbeddingsLike, labels: LabelsLike, options: DistanceWeightedOptions = {}): tf.Tensor2D {
  return tf.tidy(() => weigh('distanceWeights', embeddings, labels, options).weights as tf.Tensor2D);
}

/** int32 [rows, draws]: where the running sum of each row of weights [rows, columns], ≥ 0, passes the share that was drawn, [rows, draws] in [0, 1). */
function drawn(weights: tf.Tensor, shares: tf.Tensor): tf.Tensor {
  const sums = tf.cumsum<tf.Tensor>(weights, 1);
  const total = tf.max(sums, 1, true);
  // a share so near to 1 that rounding would make it the total falls into no place
  const passed = tf.mul(tf.minimum(shares, 1 - 2 ** -22), total);
  const before = tf.lessEqual(tf.expandDims(sums, 1), tf.expandDims(passed, 2));
  // a row of zeros is passed to its end
  return tf.minimum(tf.sum(tf.cast(before, 'int32'), 2), tf.scalar(weights.shape[1]! - 1, 'int32'));
}

/**
 * Triplets of a positive that is drawn evenly and a negative that is drawn by `distanceWeights`. An anchor without a positive or without a negative that qualifies has none that count.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @param shares [2, n, draws] in [0, 1), drawn uniformly, for positives and for negatives: `randomUniform(rng, [2, n, draws])`
 * @returns [n · draws] each, anchor after anchor, for the option `triplets` of losses
 * @throws {RangeError | TypeError} for other shapes or types, a cutoff ≤ 0, a farthest distance outside (0, 2)
 */
export function distanceWeightedMiner(embeddings: EmbeddingsLike, labels: LabelsLike, shares: tf.Tensor, options: DistanceWeightedOptions = {}): Triplets {
  checkTensor('distanceWeightedMiner', 'embeddings', embeddings);
  checkTensor('distanceWeightedMiner', 'shares', shares);
  const [two, n, draws = 0] = shares.shape;
  if (shares.rank !== 3 || two !== 2 || n !== embeddings.shape[0] || draws < 1) {
    throw new RangeError(`distanceWeightedMiner: shares must have shape [2, ${embeddings.shape[0]}, draws], got ${shapeText(shares.shape)}`);
  }
  return tf.tidy(() => {
    const { weights, positive } = weigh('distanceWeightedMiner', embeddings, labels, options);
    const [ofPositives, ofNegatives] = tf.unstack(shares) as [tf.Tensor, tf.Tensor];
    const evenly = tf.cast<tf.Tensor>(positive, 'float32');
    const flat = (x: tf.Tensor): tf.Tensor1D => tf.reshape(x, [-1]);
    const both = tf.logicalAnd(tf.any(positive, 1, true), tf.any(tf.greater(weights, 0), 1, true));
    return {
      anchors: flat(tf.tile(tf.expandDims(tf.range(0, n, 1, 'int32'), 1), [1, draws])),
      positives: flat(drawn(evenly, ofPositives)),
      negatives: flat(drawn(weights, ofNegatives)),
      valid: flat(tf.tile(both, [1, draws])),
    };
  });
}
