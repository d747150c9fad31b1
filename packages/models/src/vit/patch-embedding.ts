import * as tf from '@tensorflow/tfjs-core';
import type { MapShape } from '../check-options.ts';
import type { Layer } from '../layer.ts';
import { fanInUniform, narrowNormal, type VariableSpec } from '../variable.ts';

export interface PatchEmbeddingOptions {
  readonly inputShape: MapShape;
  /** Side of the square patches. */
  readonly patch: number;
  readonly dim: number;
  /** Names of the trained tokens that go before the patches. */
  readonly prefix: readonly string[];
}

/** [batch, height, width, channels] → [patches of all images, patch · patch · channels], row by row. */
function patches(images: tf.Tensor, { inputShape: [height, width, channels], patch }: PatchEmbeddingOptions): tf.Tensor2D {
  const [rows, columns, row] = [height / patch, width / patch, patch * channels];
  const apart = tf.transpose(tf.reshape(images, [-1, rows, patch, columns, row]), [0, 1, 3, 2, 4]);
  return tf.reshape(apart, [-1, patch * row]);
}

/**
 * Images as tokens [batch, prefix + patches, dim]: a linear map of each patch (a convolution whose stride is its kernel), behind trained tokens,
 * plus trained positions.
 */
export function patchEmbedding(options: PatchEmbeddingOptions): Layer {
  const { inputShape: [height, width, channels], patch, dim, prefix } = options;
  const [rows, columns, inputs] = [height / patch, width / patch, patch * patch * channels];
  const [count, before] = [rows * columns, prefix.length];
  const parameter = (name: string, spec: Omit<VariableSpec, 'name' | 'kind'>): VariableSpec => ({ name, kind: 'parameter', ...spec });
  const weight = parameter('patch_embed.proj.weight', { shape: [patch, patch, channels, dim], layout: 'conv', init: fanInUniform(inputs) });
  const bias = parameter('patch_embed.proj.bias', { shape: [dim], layout: 'plain', init: fanInUniform(inputs) });
  const positions = parameter('pos_embed', { shape: [1, before + count, dim], layout: { positions: [rows, columns] }, init: narrowNormal });
  const tokens = prefix.map((name) => parameter(name, { shape: [1, 1, dim], layout: 'plain', init: narrowNormal }));
  return {
    variables: [...tokens, positions, weight, bias],
    apply(x, context) {
      const filter = tf.reshape<tf.Rank.R2>(context.parameter(weight.name), [inputs, dim]);
      const embedded = tf.reshape(tf.add(tf.matMul(patches(x, options), filter), context.parameter(bias.name)), [-1, count, dim]);
      const places = context.parameter(positions.name);
      if (before === 0) return tf.add(embedded, places);
      // zeros before the patches, to which the tokens are added along with the positions: nothing is repeated per image
      const first = tf.concat(tokens.map(({ name }) => context.parameter(name)), 1);
      const added = tf.add(places, tf.pad(first, [[0, 0], [0, count], [0, 0]]));
      return tf.add(tf.pad(embedded, [[0, 0], [before, 0], [0, 0]]), added);
    },
  };
}
