import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../layer.ts';
import { linear } from '../layers.ts';

export interface AttentionOptions {
  readonly dim: number;
  readonly heads: number;
  readonly tokens: number;
  /** Name under which the probabilities [batch, heads, tokens, tokens] are shown: row i is what token i looks at. */
  readonly tap: string;
}

/** Queries, keys and values of [batch, tokens, 3 · dim], each [batch, heads, tokens, dim / heads]. */
function splitHeads(qkv: tf.Tensor, { dim, heads, tokens }: AttentionOptions): readonly [tf.Tensor, tf.Tensor, tf.Tensor] {
  const apart = tf.transpose(tf.reshape(qkv, [-1, tokens, 3, heads, dim / heads]), [2, 0, 3, 1, 4]);
  return tf.unstack(apart) as [tf.Tensor, tf.Tensor, tf.Tensor];
}

/** Multi-head self-attention softmax(Q·Kᵀ/√d)·V (Vaswani et al. 2017, arXiv 1706.03762) of tokens [batch, tokens, dim]. */
export function attention(name: string, options: AttentionOptions): Layer {
  const { dim, heads, tokens, tap } = options;
  const qkv = linear(`${name}.qkv`, { inputs: dim, outputs: 3 * dim, init: 'narrow' });
  const projection = linear(`${name}.proj`, { inputs: dim, outputs: dim, init: 'narrow' });
  const scale = Math.sqrt(heads / dim);
  return {
    variables: [...qkv.variables, ...projection.variables],
    taps: [tap],
    apply(x, context) {
      const [query, key, value] = splitHeads(qkv.apply(x, context), options);
      const weights = tf.softmax(tf.matMul(tf.mul(query, scale), key, false, true));
      context.tap(tap, weights);
      const mixed = tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3]);
      return projection.apply(tf.reshape(mixed, [-1, tokens, dim]), context);
    },
  };
}
