import * as tf from '@tensorflow/tfjs-core';
import { checkImageOptions, checkWhole, type MapShape } from '../check-options.ts';
import { sequential, type Layer } from '../layer.ts';
import { activation, conv2d, globalAveragePool } from '../layers.ts';
import { linearHead } from '../linear-head.ts';
import { defineModel, type Model, type Stage } from '../model.ts';
import { norm } from '../norm.ts';
import { type Block, strided } from './residual-blocks.ts';
import { blockGroup } from './residual-network.ts';

export interface WideResNetOptions {
  readonly inputShape: MapShape;
  readonly classes: number;
  /** Number of layers, 6n + 4: each of three groups has n blocks. Default 28. */
  readonly depth?: number;
  /** How many times the channels of a thin ResNet: k of WRN-d-k. Default 10. */
  readonly widen?: number;
  /** Channels of the stem. Default 16. */
  readonly width?: number;
}

const conv = (name: string, inputs: number, outputs: number, kernel: 1 | 3, stride = 1): Layer =>
  conv2d(name, { inputs, outputs, kernel, stride, padding: kernel >> 1, bias: false, init: 'fanOut' });

const normRelu = (name: string, shape: MapShape): Layer => sequential(norm(name, 'batch', shape), activation('relu'));

/** Norm and ReLU before each of two 3×3 convolutions. Where shapes change, the shortcut begins behind the first ReLU. */
const preActivationBlock: Block = ({ name, input, channels, stride }) => {
  const output = strided(input, stride, channels);
  const first = normRelu(`${name}.bn1`, input);
  const body = sequential(conv(`${name}.conv1`, input[2], channels, 3, stride), normRelu(`${name}.bn2`, output), conv(`${name}.conv2`, channels, channels, 3));
  const projects = input[2] !== channels;
  const shortcut = projects ? conv(`${name}.convShortcut`, input[2], channels, 1, stride) : sequential();
  const layer: Layer = {
    variables: [...first.variables, ...body.variables, ...shortcut.variables],
    apply(x, context) {
      const active = first.apply(x, context);
      return tf.add(body.apply(active, context), projects ? shortcut.apply(active, context) : x);
    },
  };
  return { layer, output };
};

function blocksPerGroup(depth: number): number {
  if (!Number.isInteger(depth) || depth < 10 || depth % 6 !== 4) throw new RangeError(`wideResNet: depth must be 6n + 4 with n >= 1, got ${depth}`);
  return (depth - 4) / 6;
}

/**
 * WRN-depth-widen (Zagoruyko, Komodakis: "Wide residual networks", BMVC 2016, arXiv 1605.07146) for small images, without dropout. Stages:
 * `stem`, `block1` … `block3`, `pool` (which begins with the last norm and ReLU), `head`. Names are those of xternalz/WideResNet-pytorch,
 * which RobustBench and most PyTorch code for CIFAR share: `block1.layer.0.convShortcut.weight`.
 *
 * @throws {RangeError} for options out of range
 */
export function wideResNet({ inputShape, classes, depth = 28, widen = 10, width = 16 }: WideResNetOptions): Model {
  checkImageOptions('wideResNet', { inputShape, classes });
  checkWhole('wideResNet', 'widen', widen);
  checkWhole('wideResNet', 'width', width);
  const count = blocksPerGroup(depth);
  const stages: Stage[] = [{ name: 'stem', inputShape, ...conv('conv1', inputShape[2], width, 3) }];
  let shape = strided(inputShape, 1, width);
  for (const i of [0, 1, 2]) {
    const { stage, output } = blockGroup(`block${i + 1}`, shape, { block: preActivationBlock, count, channels: (width << i) * widen, stride: i === 0 ? 1 : 2, prefix: `block${i + 1}.layer` });
    stages.push(stage);
    shape = output;
  }
  stages.push({ name: 'pool', inputShape: shape, ...sequential(normRelu('bn1', shape), globalAveragePool) });
  stages.push(...linearHead({ inputShape: [shape[2]], classes }).stages);
  return defineModel({ name: 'wideresnet', options: { inputShape, classes, depth, widen, width }, classes, stages });
}
