import type { Variables } from '@mixwell/models';
import { type Rng, stateDict } from '@mixwell/tensor';
import { randomUniform } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/** A regressor in two parts: what lies between them can be mixed. */
export interface Network {
  readonly init: (rng: Rng) => Variables;
  /** [rows, …] inputs → [rows, features] */
  readonly lower: (vars: Variables, x: tf.Tensor) => tf.Tensor2D;
  /** [rows, features] → [rows, 1] */
  readonly upper: (vars: Variables, h: tf.Tensor2D) => tf.Tensor2D;
}

/** Weights [..., in, out] and biases [out] with PyTorch's first values, U(±1 / √fanIn). */
function init(shapes: Readonly<Record<string, readonly number[]>>): Network['init'] {
  return (rng) => ({
    params: stateDict(Object.entries(shapes).flatMap(([layer, shape]) => {
      const bound = 1 / Math.sqrt(tf.util.sizeFromShape(shape.slice(0, -1)));
      const drawn = (name: string, of: readonly number[]) => [`${layer}.${name}`, randomUniform(rng.split(`${layer}.${name}`), [...of], -bound, bound)] as const;
      return [drawn('weight', shape), drawn('bias', shape.slice(-1))];
    })),
    buffers: stateDict([]),
  });
}

const dense = ({ params }: Variables, layer: string, x: tf.Tensor2D): tf.Tensor2D => tf.add(tf.matMul(x, params[`${layer}.weight`] as tf.Tensor2D), params[`${layer}.bias`]!);
const convolved = ({ params }: Variables, layer: string, x: tf.Tensor4D): tf.Tensor4D =>
  tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(x, params[`${layer}.weight`] as tf.Tensor4D, 2, 'same'), params[`${layer}.bias`]!));

/** The paper's network for tables: two hidden layers of 128, leaky ReLU with slope 0.1. Mixed after the first. */
export function denseRegressor(inputs: number): Network {
  return {
    init: init({ fc1: [inputs, 128], fc2: [128, 128], fc3: [128, 1] }),
    lower: (vars, x) => tf.leakyRelu(dense(vars, 'fc1', x as tf.Tensor2D), 0.1),
    upper: (vars, h) => dense(vars, 'fc3', tf.leakyRelu(dense(vars, 'fc2', h), 0.1)),
  };
}

/** A small network for images: three convolutions with stride 2, then the mean over all places, which is mixed. */
export function convRegressor(channels: number): Network {
  const layers = ['conv1', 'conv2', 'conv3'];
  return {
    init: init({ conv1: [3, 3, channels, 16], conv2: [3, 3, 16, 32], conv3: [3, 3, 32, 64], fc: [64, 1] }),
    lower: (vars, x) => tf.mean<tf.Tensor2D>(layers.reduce((maps, layer) => convolved(vars, layer, maps), x as tf.Tensor4D), [1, 2]),
    upper: (vars, h) => dense(vars, 'fc', h),
  };
}
