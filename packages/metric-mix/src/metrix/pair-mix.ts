import type { Mix } from '@mixwell/mix-core/tf';
import * as tf from '@tensorflow/tfjs-core';
import { type MixLambda, placed } from './lambda.ts';
import { checkLowered, type LoweredPairs } from './lower-pairs.ts';

/**
 * Pairs as a mix of `@mixwell/mix-core/tf`: `applyMix`, and `runWithMix`, which mixes the output of a stage of a model. Row a · places + k is the mixture at place k of anchor a; places without a
 * pair give some mixture, which `metrixLoss` does not look at.
 *
 * @throws {RangeError} for a λ outside [0, 1], or of another shape
 */
export function pairMix(pairs: LoweredPairs, lambda: MixLambda): Mix {
  checkLowered('pairMix', pairs);
  return tf.tidy(() => {
    const share = tf.reshape(placed('pairMix', lambda, pairs), [-1, 1]);
    const weights = tf.concat([share, tf.sub(1, share)], 1);
    const sources = tf.stack([tf.reshape(pairs.first, [-1]), tf.reshape(pairs.second, [-1])], 1);
    return { sources, weights, labelWeights: tf.tile(weights, [share.size === 1 ? pairs.first.size : 1, 1]) };
  }) as Mix;
}
