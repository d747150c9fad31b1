import * as tf from '@tensorflow/tfjs-core';
import { border } from './border.ts';
import { groupedConv2d } from './grouped-conv2d.ts';
import { stateless, type Layer } from './layer.ts';
import { fanInUniform, fanOutNormal, narrowNormal, zeros, type VariableSpec } from './variable.ts';

export interface Conv2dOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square kernel. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on each of the four sides. Default 0. */
  readonly padding?: number;
  /** Groups of channels that do not see each other; divides inputs and outputs. Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the kernel: PyTorch's default, or torchvision's for ResNets. Default 'fanIn'. */
  readonly init?: 'fanIn' | 'fanOut';
}

/** A convolution of NHWC maps. */
export function conv2d(name: string, { inputs, outputs, kernel, stride = 1, padding = 0, groups = 1, bias = true, init = 'fanIn' }: Conv2dOptions): Layer {
  const area = kernel * kernel;
  const seen = inputs / groups;
  const weight: VariableSpec = {
    name: `${name}.weight`,
    kind: 'parameter',
    shape: [kernel, kernel, seen, outputs],
    layout: 'conv',
    init: init === 'fanIn' ? fanInUniform(area * seen) : fanOutNormal(area * outputs),
  };
  const offset: VariableSpec = { name: `${name}.bias`, kind: 'parameter', shape: [outputs], layout: 'plain', init: fanInUniform(area * seen) };
  return {
    variables: bias ? [weight, offset] : [weight],
    apply(x, context) {
      const [maps, filter] = [x as tf.Tensor4D, context.parameter(weight.name) as tf.Tensor4D];
      const y = groups === 1 ? tf.conv2d(maps, filter, stride, border(padding)) : groupedConv2d(maps, filter, groups, stride, padding);
      return bias ? tf.add(y, context.parameter(offset.name)) : y;
    },
  };
}

export interface LinearOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** [height, width, channels] of the map that is flattened to the inputs. Default: the input is flat already. */
  readonly map?: readonly [height: number, width: number, channels: number];
  /** First values: PyTorch's default, or those of vision transformers, N(0, 0.02²) with zeros for the bias. Default 'fanIn'. */
  readonly init?: 'fanIn' | 'narrow';
}

/** x · weight + bias, [batch, inputs] → [batch, outputs]; maps are flattened. Tokens [batch, tokens, inputs] stay apart. */
export function linear(name: string, { inputs, outputs, map, init = 'fanIn' }: LinearOptions): Layer {
  const [first, firstBias] = init === 'fanIn' ? [fanInUniform(inputs), fanInUniform(inputs)] : [narrowNormal, zeros];
  const weight: VariableSpec = { name: `${name}.weight`, kind: 'parameter', shape: [inputs, outputs], layout: map ? { flatten: [map[2], map[0], map[1]] } : 'linear', init: first };
  const bias: VariableSpec = { name: `${name}.bias`, kind: 'parameter', shape: [outputs], layout: 'plain', init: firstBias };
  return {
    variables: [weight, bias],
    apply(x, context) {
      const flat = (x.rank === 2 ? x : tf.reshape(x, [-1, inputs])) as tf.Tensor2D;
      const y = tf.add(tf.matMul(flat, context.parameter(weight.name) as tf.Tensor2D), context.parameter(bias.name));
      return x.rank === 3 && !map ? tf.reshape(y, [-1, x.shape[1]!, outputs]) : y;
    },
  };
}

/**
 * 3×3 max pooling with stride 2 and a border of 1, as behind the 7×7 convolution of networks for ImageNet. The pooling of tfjs-node takes no padding by numbers:
 * there the border is made beforehand.
 */
export const stemPool: Layer = stateless((x) => (tf.getBackend() === 'tensorflow'
  ? tf.maxPool(tf.pad(x as tf.Tensor4D, [[0, 0], [1, 1], [1, 1], [0, 0]], -Infinity), 3, 2, 'valid')
  : tf.maxPool(x as tf.Tensor4D, 3, 2, 1)));

export type Activation = 'relu' | 'leakyRelu' | 'sigmoid' | 'tanh';

/** The leaky ReLU has PyTorch's slope, 0.01. */
export const activation = (kind: Activation): Layer => stateless({
  relu: (x: tf.Tensor) => tf.relu(x),
  leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x, 0.01),
  sigmoid: (x: tf.Tensor) => tf.sigmoid(x),
  tanh: (x: tf.Tensor) => tf.tanh(x),
}[kind]);

export type Pooling = 'avg' | 'max';

/** 2×2 pooling with stride 2; an odd last row or column is left out. */
export const pool2x2 = (kind: Pooling): Layer =>
  stateless((x) => (kind === 'avg' ? tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid') : tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')));

/** Mean over all positions: [batch, height, width, channels] → [batch, channels]. */
export const globalAveragePool: Layer = stateless((x) => tf.mean(x, [1, 2]));
