import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '@mixwell/tensor';
import { randomNormal, randomUniform } from '@mixwell/tensor/tf';

/**
 * How a tensor lies on disk, where PyTorch's layout rules, against memory:
 * - `conv`: OIHW on disk, HWIO in memory
 * - `linear`: [out, in] on disk, [in, out] in memory
 * - `{ flatten: [c, h, w] }`: a linear layer on a flattened map; its inputs are ordered by channel, row, column on disk and by row, column,
 *   channel in memory
 * - `{ map: [c, h, w] }`: one value per place of a map: CHW on disk, HWC in memory
 * - `{ positions: [rows, columns] }`: [1, tokens, channels] of the position embedding of a grid of patches, behind those of further tokens; the
 *   same in both. A file for another grid is resized
 * - `plain`: the same in both
 */
export type DiskLayout =
  | 'conv'
  | 'linear'
  | 'plain'
  | { readonly flatten: readonly [channels: number, height: number, width: number] }
  | { readonly map: readonly [channels: number, height: number, width: number] }
  | { readonly positions: readonly [rows: number, columns: number] };

/** First values of a tensor, drawn from a stream of its own. */
export type Initializer = (rng: Rng, shape: readonly number[]) => tf.Tensor;

/** A parameter or buffer of a network, before it has values. */
export interface VariableSpec {
  /** Dotted, as PyTorch's `state_dict` names it. */
  readonly name: string;
  /** Parameters are trained; buffers (running statistics) are not. */
  readonly kind: 'parameter' | 'buffer';
  /** In memory. */
  readonly shape: readonly number[];
  readonly layout: DiskLayout;
  readonly init: Initializer;
}

export const zeros: Initializer = (_, shape) => tf.zeros([...shape]);

export const ones: Initializer = (_, shape) => tf.ones([...shape]);

/** PyTorch's default for weights and biases of linear and convolution layers (Kaiming uniform with a = √5): U(±1 / √fanIn). */
export const fanInUniform = (fanIn: number): Initializer => {
  const bound = 1 / Math.sqrt(fanIn);
  return (rng, shape) => randomUniform(rng, [...shape], -bound, bound);
};

/** N(0, 0.02²), what vision transformers begin with. */
export const narrowNormal: Initializer = (rng, shape) => randomNormal(rng, [...shape], 0, 0.02);

/** Kaiming normal by the fan out, for ReLU (He et al. 2015, arXiv 1502.01852): N(0, 2 / fanOut). What torchvision's ResNets begin with. */
export const fanOutNormal = (fanOut: number): Initializer => (rng, shape) => randomNormal(rng, [...shape], 0, Math.sqrt(2 / fanOut));
