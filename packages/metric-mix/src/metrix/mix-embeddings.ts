import { applyMix } from '@mixwell/mix-core/tf';
import type { Embeddings } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkRows } from '../check-tensors.ts';
import type { EmbeddingsLike } from '../inputs.ts';
import { unitRows } from '../similarity/unit-rows.ts';
import type { MixLambda } from './lambda.ts';
import type { LoweredPairs } from './lower-pairs.ts';
import { pairMix } from './pair-mix.ts';

/**
 * Mixtures of inputs or feature maps, λ x + (1 − λ) x′, for a network (or the rest of it) to run on. Feature maps are to be mixed before they are pooled. Gradients flow into both.
 *
 * @param x [examples, …] of any rank
 * @returns [anchors · places, …]
 * @throws {RangeError} for a λ outside [0, 1], or of another shape
 */
export function mixRows<T extends tf.Tensor>(x: T, pairs: LoweredPairs, lambda: MixLambda): T {
  return tf.tidy(() => applyMix(pairMix(pairs, lambda), x));
}

/**
 * Mixtures of embeddings, λ u + (1 − λ) u′. They are not of unit length; `metrixLoss` makes them so.
 *
 * @param embeddings [examples, dimensions]
 * @param options `normalizeBeforeMixing`: whether u are unit rows, or the embeddings as they are. Default true
 * @returns [anchors · places, dimensions]
 * @throws {RangeError} for other shapes, or a λ outside [0, 1]
 */
export function mixEmbeddings(embeddings: EmbeddingsLike, pairs: LoweredPairs, lambda: MixLambda, { normalizeBeforeMixing = true }: { readonly normalizeBeforeMixing?: boolean } = {}): Embeddings {
  checkRows('mixEmbeddings', 'embeddings', embeddings);
  return tf.tidy(() => mixRows(normalizeBeforeMixing ? unitRows(embeddings) : embeddings, pairs, lambda) as Embeddings);
}
