import * as tf from '@tensorflow/tfjs-core';
import type { Mix } from '../mix.ts';
import { tokenWeights } from './token-weights.ts';

/**
 * The mean of the tokens that show each source, which SMMix classifies by the source's own label: Σₜ Wₜⱼ xₜ / Σₜ Wₜⱼ. Where a source shows nowhere it is 0. Gradients flow into tokens
 * and weights.
 *
 * @param tokens [rows, tokens, dim], the features of the patches alone, row by row of the grid
 * @param grid [height, width] of the patches. Default: a square
 * @returns [rows, k, dim]
 * @throws {RangeError} for tokens of another shape, or a grid of another number of patches
 */
export function sourceTokens(mix: Mix, tokens: tf.Tensor, grid?: readonly [height: number, width: number]): tf.Tensor3D {
  const [rows, count] = tokens.shape as [number, number];
  if (tokens.rank !== 3 || rows !== mix.sources.shape[0]) throw new RangeError(`sourceTokens: tokens must have shape [${mix.sources.shape[0]}, tokens, dim], got [${tokens.shape.join(', ')}]`);
  const side = Math.round(Math.sqrt(count));
  const [height, width] = grid ?? [side, side];
  if (height * width !== count) throw new RangeError(`sourceTokens: grid must have ${count} patches, got ${height} × ${width}`);
  return tf.tidy(() => {
    const weights = tokenWeights(mix, [height, width]);
    const k = weights.shape[2];
    const all = weights.shape[0] === rows ? weights : tf.tile(weights, [rows, 1, 1]);
    return tf.divNoNan(tf.matMul<tf.Tensor3D>(all, tokens as tf.Tensor3D, true), tf.reshape(tf.sum(weights, 1), [-1, k, 1]));
  });
}
