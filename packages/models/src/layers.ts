import * as tf from '@tensorflow/tfjs-core';
import { stateless, type Layer } from './layer.ts';
import { fanInUniform, fanOutNormal, type VariableSpec } from './variable.ts';

export interface Conv2dOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square kernel. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on each of the four sides. Default 0. */
  readonly padding?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the kernel: PyTorch's default, or torchvision's for ResNets. Default 'fanIn'. */
  readonly init?: 'fanIn' | 'fanOut';
}

/** A convolution of NHWC maps. */
export function conv2d(name: string, { inputs, outputs, kernel, stride = 1, padding = 0, bias = true, init = 'fanIn' }: Conv2dOptions): Layer {
  const area = kernel * kernel;
  const weight: VariableSpec = {
    name: `${name}.weight`,
    kind: 'parameter',
    shape: [kernel, kernel, inputs, outputs],
    layout: 'conv',
    init: init === 'fanIn' ? fanInUniform(area * inputs) : fanOutNormal(area * outputs),
  };
  const offset: VariableSpec = { name: `${name}.bias`, kind: 'parameter', shape: [outputs], layout: 'plain', init: fanInUniform(area * inputs) };
  return {
    variables: bias ? [weight, offset] : [weight],
    apply(x, context) {
      const y = tf.conv2d(x as tf.Tensor4D, context.parameter(weight.name) as tf.Tensor4D, stride, padding);
      return bias ? tf.add(y, context.parameter(offset.name)) : y;
    },
  };
}

export interface LinearOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** [height, width, channels] of the map that is flattened to the inputs. Default: the input is flat already. */
  readonly map?: readonly [height: number, width: number, channels: number];
}

/** x · weight + bias, [batch, inputs] → [batch, outputs]; maps are flattened. */
export function linear(name: string, { inputs, outputs, map }: LinearOptions): Layer {
  const init = fanInUniform(inputs);
  const weight: VariableSpec = { name: `${name}.weight`, kind: 'parameter', shape: [inputs, outputs], layout: map ? { flatten: [map[2], map[0], map[1]] } : 'linear', init };
  const bias: VariableSpec = { name: `${name}.bias`, kind: 'parameter', shape: [outputs], layout: 'plain', init };
  return {
    variables: [weight, bias],
    apply(x, context) {
      const flat = (map ? tf.reshape(x, [-1, inputs]) : x) as tf.Tensor2D;
      return tf.add(tf.matMul(flat, context.parameter(weight.name) as tf.Tensor2D), context.parameter(bias.name));
    },
  };
}

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
