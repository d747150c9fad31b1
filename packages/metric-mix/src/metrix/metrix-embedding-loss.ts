import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkRowSets, checkShape } from '../check-tensors.ts';
import { checkSpec, type LossSpec } from '../generic/loss-spec.ts';
import type { EmbeddingsLike } from '../inputs.ts';
import { unitRows } from '../similarity/unit-rows.ts';
import { type MixLambda, placed } from './lambda.ts';
import { checkLowered, type LoweredPairs } from './lower-pairs.ts';
import { lossOfMixtures, metrixLoss, type MetrixLoss, type MetrixLossOptions } from './metrix-loss.ts';
import { mixEmbeddings } from './mix-embeddings.ts';

/** A mixture of unit rows that is shorter than the root of this is rounding, and counts as zero. */
const SHORTEST = 1e-6;

/** Elements of a matrix at rows and columns, [anchors, places]. */
function at(matrix: tf.Tensor2D, rows: tf.Tensor, columns: tf.Tensor): tf.Tensor {
  const places = tf.add(tf.mul(rows, tf.scalar(matrix.shape[1], 'int32')), columns);
  const flat: tf.Tensor = tf.reshape(matrix, [-1]);
  return tf.reshape(tf.gather(flat, tf.reshape(tf.cast(places, 'int32'), [-1])), columns.shape);
}

/**
 * [anchors, places]: ⟨u, v⟩ of anchors and mixtures v = unit(λ u₁ + (1 − λ) u₂), from the inner products of examples: ⟨u, λ u₁ + (1 − λ) u₂⟩ / √(λ² + (1 − λ)² + 2 λ (1 − λ) ⟨u₁, u₂⟩). No mixture is made, so that
 * anchors · places · dimensions numbers are not kept.
 */
function mixedSimilarities(anchors: EmbeddingsLike, examples: EmbeddingsLike, pairs: LoweredPairs, lambda: MixLambda): tf.Tensor {
  const share = placed('metrixEmbeddingLoss', lambda, pairs);
  const rest = tf.sub(1, share);
  const units = unitRows(examples);
  const among: tf.Tensor2D = tf.matMul(units, units, false, true);
  const toAnchors: tf.Tensor2D = anchors === examples ? among : tf.matMul(unitRows(anchors), units, false, true);
  const own = tf.reshape(tf.range(0, pairs.valid.shape[0], 1, 'int32'), [-1, 1]);
  const sum = tf.add(tf.mul(share, at(toAnchors, own, pairs.first)), tf.mul(rest, at(toAnchors, own, pairs.second)));
  const lengths = tf.sum(tf.square(detach(units)), 1); // 1, or 0 of a zero row
  const squares = tf.add(
    tf.add(tf.mul(tf.square(share), tf.gather(lengths, pairs.first)), tf.mul(tf.square(rest), tf.gather(lengths, pairs.second))),
    tf.mul(tf.mul(tf.mul(share, rest), 2), at(among, pairs.first, pairs.second)),
  );
  const long = tf.greater(squares, SHORTEST);
  return tf.where(long, tf.mul(sum, tf.rsqrt(tf.where(long, squares, tf.onesLike(squares)))), tf.zerosLike(sum));
}

/**
 * Metrix at the level of embeddings: `metrixLoss` of `mixEmbeddings`. Where a loss looks at similarities of unit rows that are mixed, no mixture is made: they are computed from the inner products of the examples, in less time and
 * memory.
 *
 * @param anchors [anchors, dimensions]: the examples, or proxies
 * @param examples [examples, dimensions], what pairs are made of
 * @param options those of `metrixLoss`, and `normalizeBeforeMixing` of `mixEmbeddings`
 * @throws {RangeError | TypeError} as these
 */
export function metrixEmbeddingLoss(
  spec: LossSpec, anchors: EmbeddingsLike, examples: EmbeddingsLike, pairs: LoweredPairs, lambda: MixLambda,
  { normalizeBeforeMixing = true, ...options }: MetrixLossOptions & { readonly normalizeBeforeMixing?: boolean } = {},
): MetrixLoss {
  checkSpec('metrixEmbeddingLoss', spec);
  checkLowered('metrixEmbeddingLoss', pairs);
  checkRowSets('metrixEmbeddingLoss', anchors, examples, ['anchors', 'examples']);
  checkShape('metrixEmbeddingLoss', 'anchors', anchors, [pairs.valid.shape[0], anchors.shape[1]!]);
  return tf.tidy(() => {
    if (spec.measure === 'distance' || !normalizeBeforeMixing) return metrixLoss(spec, anchors, mixEmbeddings(examples, pairs, lambda, { normalizeBeforeMixing }), pairs, lambda, options);
    return lossOfMixtures('metrixEmbeddingLoss', spec, mixedSimilarities(anchors, examples, pairs, lambda), pairs, lambda, options);
  });
}
