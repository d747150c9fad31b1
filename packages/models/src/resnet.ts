import * as tf from '@tensorflow/tfjs-core';
import { checkImageOptions, checkOneOf, checkWhole, type MapShape } from './check-options.ts';
import { sequential, type Layer } from './layer.ts';
import { activation, conv2d, globalAveragePool } from './layers.ts';
import { linearHead } from './linear-head.ts';
import { defineModel, type Model, type Stage } from './model.ts';
import { norm } from './norm.ts';

export interface ResNetOptions {
  readonly inputShape: MapShape;
  readonly classes: number;
  /** Channels of the stem and the first group; each further group doubles them. Default 64. */
  readonly width?: number;
  /** 'cifar': 3×3 convolution with stride 1 and no pooling. Default 'cifar'. */
  readonly stem?: 'cifar';
}

/** 3×3 or 1×1 convolution without bias, then batch norm; `output` is the shape of the result. */
function convNorm(conv: string, bn: string, inputs: number, output: MapShape, kernel: 1 | 3, stride: number): Layer {
  return sequential(conv2d(conv, { inputs, outputs: output[2], kernel, stride, padding: kernel >> 1, bias: false, init: 'fanOut' }), norm(bn, 'batch', output));
}

/** Two 3×3 convolutions and a shortcut, which is projected where shapes differ. */
function basicBlock(name: string, inputs: number, output: MapShape, stride: number): Layer {
  const body = sequential(
    convNorm(`${name}.conv1`, `${name}.bn1`, inputs, output, 3, stride),
    activation('relu'),
    convNorm(`${name}.conv2`, `${name}.bn2`, output[2], output, 3, 1),
  );
  const projects = stride !== 1 || inputs !== output[2];
  const shortcut = projects ? convNorm(`${name}.downsample.0`, `${name}.downsample.1`, inputs, output, 1, stride) : sequential();
  return {
    variables: [...body.variables, ...shortcut.variables],
    apply: (x, context) => tf.relu(tf.add(body.apply(x, context), shortcut.apply(x, context))),
  };
}

/** `blocks` blocks, of which the first changes size and channels. */
function group(name: string, [height, width, inputs]: MapShape, channels: number, blocks: number, stride: number): { stage: Stage; output: MapShape } {
  const output: MapShape = [Math.ceil(height / stride), Math.ceil(width / stride), channels];
  const layers = Array.from({ length: blocks }, (_, i) => basicBlock(`${name}.${i}`, i === 0 ? inputs : channels, output, i === 0 ? stride : 1));
  return { stage: { name, inputShape: [height, width, inputs], ...sequential(...layers) }, output };
}

/** A ResNet of basic blocks: so many per group. */
function basicResNet(name: string, blocks: readonly number[], { inputShape, classes, width = 64, stem = 'cifar' }: ResNetOptions): Model {
  checkImageOptions(name, { inputShape, classes });
  checkWhole(name, 'width', width);
  checkOneOf(name, 'stem', stem, ['cifar']);
  let shape: MapShape = [inputShape[0], inputShape[1], width];
  const stages: Stage[] = [{ name: 'stem', inputShape, ...sequential(convNorm('conv1', 'bn1', inputShape[2], shape, 3, 1), activation('relu')) }];
  for (const [i, count] of blocks.entries()) {
    const { stage, output } = group(`layer${i + 1}`, shape, width << i, count, i === 0 ? 1 : 2);
    stages.push(stage);
    shape = output;
  }
  stages.push({ name: 'pool', inputShape: shape, ...globalAveragePool });
  stages.push(...linearHead({ inputShape: [shape[2]], classes }).stages);
  return defineModel({ name, options: { inputShape, classes, width, stem }, classes, stages });
}

/**
 * ResNet-18 (He, Zhang, Ren, Sun: "Deep residual learning for image recognition", CVPR 2016, arXiv 1512.03385) with torchvision's names
 * and initialisation, and the stem for small images that CIFAR experiments use. Stages: `stem`, `layer1` … `layer4`, `pool`, `head`.
 */
export const resnet18 = (options: ResNetOptions): Model => basicResNet('resnet18', [2, 2, 2, 2], options);
