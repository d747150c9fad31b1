import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../check.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import type { PairMasks } from '../similarity/pair-masks.ts';
import { minedMatrix, type MinerOptions } from './mined-matrix.ts';

export interface PairMarginMinerOptions extends MinerOptions {
  /** Positives farther apart than this count. Default 0.2. */
  readonly positiveMargin?: number;
  /** Negatives nearer than this count. Default 0.8. */
  readonly negativeMargin?: number;
}

/**
 * Positives with d > positiveMargin and negatives with d < negativeMargin, by Euclidean distance of unit rows. The masks are constants for gradients.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n]
 * @returns bool [n, examples] each, for the option `pairs` of losses
 * @throws {RangeError | TypeError} for other shapes or types, margins that are not finite
 */
export function pairMarginMiner(embeddings: EmbeddingsLike, labels: LabelsLike, options: PairMarginMinerOptions = {}): PairMasks {
  const { positiveMargin = 0.2, negativeMargin = 0.8 } = options;
  checkFinite('pairMarginMiner', 'positiveMargin', positiveMargin);
  checkFinite('pairMarginMiner', 'negativeMargin', negativeMargin);
  return tf.tidy(() => {
    const { values, positive, negative } = minedMatrix('pairMarginMiner', 'distance', embeddings, labels, options);
    return {
      positive: tf.logicalAnd<tf.Tensor2D>(positive, tf.greater(values, positiveMargin)),
      negative: tf.logicalAnd<tf.Tensor2D>(negative, tf.less(values, negativeMargin)),
    };
  });
}
