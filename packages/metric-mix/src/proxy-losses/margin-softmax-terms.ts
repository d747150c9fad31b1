import * as tf from '@tensorflow/tfjs-core';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import type { Terms } from '../reduction/reduction.ts';
import { cosineSimilarities } from '../similarity/cosine-similarities.ts';
import { crossEntropyTerms, oneHot } from './class-terms.ts';

/**
 * Cross entropies of scaled cosine similarities to proxies, of which that of the own class is replaced.
 *
 * @param ofOwn [n] → [n]
 * @returns [n]
 */
export function marginSoftmaxTerms(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, scale: number, ofOwn?: (similarity: tf.Tensor) => tf.Tensor): Terms {
  return tf.tidy(() => {
    const similarities = cosineSimilarities(embeddings, proxies);
    if (!ofOwn) return crossEntropyTerms(tf.mul(similarities, scale), labels);
    const own = oneHot(labels, proxies.shape[0]);
    const similarity = tf.sum(tf.mul(similarities, own), 1);
    const change = tf.expandDims(tf.sub(ofOwn(similarity), similarity), 1);
    return crossEntropyTerms(tf.mul(tf.add(similarities, tf.mul(own, change)), scale), labels);
  });
}
