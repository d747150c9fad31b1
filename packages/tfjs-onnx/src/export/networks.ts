/** Networks of TensorFlow.js operations, as any program may have them, for tests of the export. */
import * as tf from '@tensorflow/tfjs-core';

/** A network with parameters named as PyTorch names them. */
export interface Network {
  /** Axes of the input; 'batch' is symbolic. */
  readonly input: readonly (number | string)[];
  readonly params: Readonly<Record<string, tf.Tensor>>;
  readonly run: (x: tf.Tensor) => tf.Tensor;
}

/** Numbers in (−scale, scale) that depend on nothing but the seed. */
export function numbers(shape: readonly number[], seed: number, scale: number): tf.Tensor {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  };
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, next), [...shape]);
}

/** Parameters in the scale that keeps activations near one. */
function parameters(shapes: Readonly<Record<string, readonly number[]>>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => {
    const fanIn = shape.length === 1 ? 4 : shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const values = numbers(shape, i + 1, Math.sqrt(3 / fanIn));
    return [name, name.endsWith('running_var') ? tf.add(tf.abs(values), 0.5) : values];
  }));
}

const image = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const conv = (x: tf.Tensor, w: tf.Tensor, stride: number, pad: number | 'same' | 'valid'): tf.Tensor4D => tf.conv2d(image(x), w as tf.Tensor4D, stride, pad);
const linear = (x: tf.Tensor, p: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor => tf.add(tf.matMul(x as tf.Tensor2D, p[`${name}.weight`] as tf.Tensor2D), p[`${name}.bias`]!);

function batchNorm(x: tf.Tensor, p: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const vector = (part: string): tf.Tensor1D => p[`${name}.${part}`] as tf.Tensor1D;
  return tf.batchNorm(image(x), vector('running_mean'), vector('running_var'), vector('bias'), vector('weight'), 1e-5);
}

function instanceNorm(x: tf.Tensor, p: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, [1, 2], true));
  const unit = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), [1, 2], true), 1e-5)));
  return tf.add(tf.mul(unit, p[`${name}.weight`]!), p[`${name}.bias`]!);
}

const flat = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0], -1]);
const norm = (name: string, channels: number): Record<string, number[]> => Object.fromEntries(['weight', 'bias'].map((part) => [`${name}.${part}`, [channels]]));
const batchNormShapes = (name: string, channels: number): Record<string, number[]> => ({ ...norm(name, channels), [`${name}.running_mean`]: [channels], [`${name}.running_var`]: [channels] });

function mlp(): Network {
  const params = parameters({ 'fc1.weight': [36, 16], 'fc1.bias': [16], 'fc2.weight': [16, 10], 'fc2.bias': [10] });
  return { input: ['batch', 6, 6, 1], params, run: (x) => linear(tf.relu(linear(flat(x), params, 'fc1')), params, 'fc2') };
}

function leNet(): Network {
  const params = parameters({
    'conv1.weight': [5, 5, 1, 6], 'conv1.bias': [6], 'conv2.weight': [5, 5, 6, 8], 'conv2.bias': [8], 'fc1.weight': [72, 20], 'fc1.bias': [20], 'fc2.weight': [20, 10], 'fc2.bias': [10],
  });
  const block = (x: tf.Tensor, name: string, pad: number): tf.Tensor => tf.maxPool(image(tf.relu(tf.add(conv(x, params[`${name}.weight`]!, 1, pad), params[`${name}.bias`]!))), 2, 2, 'valid');
  return {
    input: ['batch', 20, 20, 1],
    params,
    run: (x) => linear(tf.relu(linear(flat(block(block(x, 'conv1', 0), 'conv2', 1)), params, 'fc1')), params, 'fc2'),
  };
}

function convNet(): Network {
  const shapes: Record<string, number[]> = {};
  for (const [i, channels] of [3, 8, 8].entries()) Object.assign(shapes, { [`features.${i}.conv.weight`]: [3, 3, channels, 8], [`features.${i}.conv.bias`]: [8] }, norm(`features.${i}.norm`, 8));
  const params = parameters({ ...shapes, 'classifier.weight': [32, 10], 'classifier.bias': [10] });
  const block = (x: tf.Tensor, i: number): tf.Tensor => {
    const y = tf.add(conv(x, params[`features.${i}.conv.weight`]!, 1, 'same'), params[`features.${i}.conv.bias`]!);
    return tf.avgPool(image(tf.relu(instanceNorm(y, params, `features.${i}.norm`))), 2, 2, 'valid');
  };
  return { input: ['batch', 16, 16, 3], params, run: (x) => linear(flat(block(block(block(x, 0), 1), 2)), params, 'classifier') };
}

function resNet(): Network {
  const params = parameters({
    'conv1.weight': [3, 3, 3, 8], ...batchNormShapes('bn1', 8),
    'layer1.0.conv1.weight': [3, 3, 8, 8], ...batchNormShapes('layer1.0.bn1', 8), 'layer1.0.conv2.weight': [3, 3, 8, 8], ...batchNormShapes('layer1.0.bn2', 8),
    'layer2.0.conv1.weight': [3, 3, 8, 16], ...batchNormShapes('layer2.0.bn1', 16), 'layer2.0.conv2.weight': [3, 3, 16, 16], ...batchNormShapes('layer2.0.bn2', 16),
    'layer2.0.downsample.0.weight': [1, 1, 8, 16], ...batchNormShapes('layer2.0.downsample.1', 16),
    'fc.weight': [16, 10], 'fc.bias': [10],
  });
  const block = (x: tf.Tensor, name: string, stride: number): tf.Tensor => {
    const first = tf.relu(batchNorm(conv(x, params[`${name}.conv1.weight`]!, stride, 1), params, `${name}.bn1`));
    const second = batchNorm(conv(first, params[`${name}.conv2.weight`]!, 1, 1), params, `${name}.bn2`);
    const shortcut = stride === 1 ? x : batchNorm(conv(x, params[`${name}.downsample.0.weight`]!, stride, 0), params, `${name}.downsample.1`);
    return tf.relu(tf.add(second, shortcut));
  };
  return {
    input: ['batch', 12, 12, 3],
    params,
    run: (x) => {
      const stem = tf.relu(batchNorm(conv(x, params['conv1.weight']!, 1, 1), params, 'bn1'));
      return linear(tf.mean(block(block(stem, 'layer1.0', 1), 'layer2.0', 2), [1, 2]), params, 'fc');
    },
  };
}

/** What mobile networks are made of: explicit padding, depthwise convolution, relu6, joined and split channels, a flipped copy. */
function mobileNet(): Network {
  const params = parameters({
    'stem.weight': [3, 3, 3, 8], 'depthwise.weight': [3, 3, 8, 1], ...batchNormShapes('bn', 8), 'pointwise.weight': [1, 1, 8, 8], 'head.weight': [3, 3, 4, 10], 'head.bias': [10],
  });
  const slide = (x: tf.Tensor): tf.Tensor4D => tf.depthwiseConv2d(image(x), params['depthwise.weight'] as tf.Tensor4D, 1, 'same');
  return {
    input: ['batch', 12, 12, 3],
    params,
    run: (x) => {
      const padded = tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]);
      const stem = tf.relu6(conv(padded, params['stem.weight']!, 2, 'valid'));
      const narrow = conv(tf.relu6(batchNorm(slide(stem), params, 'bn')), params['pointwise.weight']!, 1, 0);
      const joined = tf.concat([tf.slice(narrow, [0, 0, 0, 2], [-1, -1, -1, 2]), tf.reverse(tf.slice(stem, [0, 0, 0, 0], [-1, -1, -1, 2]), 2)], 3);
      const scores = tf.add(conv(tf.mirrorPad(joined, [[0, 0], [1, 1], [1, 1], [0, 0]], 'reflect'), params['head.weight']!, 1, 'valid'), params['head.bias']!);
      return tf.reshape(tf.avgPool(image(tf.softmax(scores)), 6, 1, 'valid'), [x.shape[0], 10]);
    },
  };
}

/** Mean and deviation of three channels before, softmax at a temperature after. */
function probabilities(): Network {
  const { input, params, run } = resNet();
  const temperature = tf.scalar(1.7);
  const [mean, deviation] = [tf.tensor1d([0.49, 0.48, 0.45]), tf.tensor1d([0.25, 0.24, 0.26])];
  return { input, params: { ...params, temperature }, run: (x) => tf.softmax(tf.div(run(tf.div(tf.sub(tf.div(x, 255), mean), deviation)), temperature)) };
}

/** By name; made anew at each call, on the active back end. */
export const networks: Readonly<Record<string, () => Network>> = { mlp, leNet, convNet, resNet, mobileNet, probabilities };
