import * as tf from '@tensorflow/tfjs-core';

export interface ClassAttentionOptions {
  /** Tokens before the patches, of which the first is the class token: 2 where there is a distillation token. Default 1. */
  readonly prefix?: number;
  /** [height, width] of the grid of patches. Default: a square. */
  readonly grid?: readonly [height: number, width: number];
}

function gridOf(patches: number, grid: readonly [number, number] | undefined): readonly [number, number] {
  const side = Math.round(Math.sqrt(patches));
  const [height, width] = grid ?? [side, side];
  if (height * width !== patches) throw new RangeError(`classAttention: grid must have ${patches} patches${grid ? '' : ' (give it where it is no square)'}, got ${height} × ${width}`);
  return [height, width];
}

/**
 * What the class token looks at: its row of an attention, over the patches, averaged over heads. It is what `batch.attention` and `transmixLabelWeights` take; the papers read
 * the last block's. Gradients flow.
 *
 * @param attention [rows, heads, tokens, tokens] probabilities, such as `tap: ['block12.attention']` of `@mixwell/models` gives
 * @returns [rows, gridHeight, gridWidth], whose sums are below 1: the tokens before the patches have their share too
 * @throws {RangeError} for an attention of another shape, or a grid of another number of patches
 */
export function classAttention(attention: tf.Tensor, { prefix = 1, grid }: ClassAttentionOptions = {}): tf.Tensor3D {
  const [rows, heads, tokens] = attention.shape as [number, number, number];
  if (attention.rank !== 4 || attention.shape[3] !== tokens) throw new RangeError(`classAttention: attention must have shape [rows, heads, tokens, tokens], got [${attention.shape.join(', ')}]`);
  if (!Number.isInteger(prefix) || prefix < 1 || prefix >= tokens) throw new RangeError(`classAttention: prefix must be a whole number in [1, ${tokens}), got ${prefix}`);
  const [height, width] = gridOf(tokens - prefix, grid);
  return tf.tidy(() => tf.reshape(tf.mean(tf.slice(attention, [0, 0, 0, prefix], [rows, heads, 1, tokens - prefix]), 1), [rows, height, width]));
}
