import * as tf from '@tensorflow/tfjs-core';
import type { MapShape } from '../check-options.ts';
import { sequential, type Layer } from '../layer.ts';
import { activation, conv2d } from '../layers.ts';
import { norm } from '../norm.ts';

/** What one block of a network is given: the maps that go in, the channels of its group, and the step from pixel to pixel. */
export interface BlockPlace {
  readonly name: string;
  readonly input: MapShape;
  /** Before the block's own expansion. */
  readonly channels: number;
  readonly stride: number;
}

/** Makes a block, and says what shape comes out. */
export type Block = (place: BlockPlace) => { readonly layer: Layer; readonly output: MapShape };

/** The shape of what a convolution with padding makes of a map at this stride. */
export const strided = ([height, width]: MapShape, stride: number, channels: number): MapShape => [Math.ceil(height / stride), Math.ceil(width / stride), channels];

export interface ConvNormOptions {
  readonly inputs: number;
  /** Shape of what comes out. */
  readonly output: MapShape;
  readonly kernel: 1 | 3 | 7;
  readonly stride: number;
  /** Default 1. */
  readonly groups?: number;
}

/** A convolution without bias that keeps the size (at stride 1), then batch norm. */
export function convNorm(conv: string, bn: string, { output, kernel, ...options }: ConvNormOptions): Layer {
  return sequential(conv2d(conv, { ...options, outputs: output[2], kernel, padding: kernel >> 1, bias: false, init: 'fanOut' }), norm(bn, 'batch', output));
}

/** relu(body + shortcut), the shortcut projected where shapes differ. */
function withShortcut({ name, input, stride }: BlockPlace, output: MapShape, body: Layer): Layer {
  const projects = stride !== 1 || input[2] !== output[2];
  const shortcut = projects ? convNorm(`${name}.downsample.0`, `${name}.downsample.1`, { inputs: input[2], output, kernel: 1, stride }) : sequential();
  return {
    variables: [...body.variables, ...shortcut.variables],
    apply: (x, context) => tf.relu(tf.add(body.apply(x, context), shortcut.apply(x, context))),
  };
}

/** Two 3×3 convolutions. */
export const basicBlock: Block = (place) => {
  const { name, input, channels, stride } = place;
  const output = strided(input, stride, channels);
  const body = sequential(
    convNorm(`${name}.conv1`, `${name}.bn1`, { inputs: input[2], output, kernel: 3, stride }),
    activation('relu'),
    convNorm(`${name}.conv2`, `${name}.bn2`, { inputs: channels, output, kernel: 3, stride: 1 }),
  );
  return { layer: withShortcut(place, output, body), output };
};

const EXPANSION = 4;

export interface BottleneckOptions {
  /** Groups of the 3×3 convolution. Default 1. */
  readonly groups?: number;
  /** Channels per group of the 3×3 convolution where the block has 64 channels. Default 64. */
  readonly widthPerGroup?: number;
}

/** 1×1 to fewer channels, 3×3 (with the stride, as torchvision and "ResNet v1.5" have it), 1×1 to four times the block's channels. */
export const bottleneck = ({ groups = 1, widthPerGroup = 64 }: BottleneckOptions = {}): Block => (place) => {
  const { name, input, channels, stride } = place;
  const inner = Math.floor((channels * widthPerGroup) / 64) * groups;
  if (inner < 1) throw new RangeError(`${name}: the 3x3 convolution must have a channel per group, got none of ${channels} channels at ${widthPerGroup} per group and 64`);
  const output = strided(input, stride, channels * EXPANSION);
  const body = sequential(
    convNorm(`${name}.conv1`, `${name}.bn1`, { inputs: input[2], output: strided(input, 1, inner), kernel: 1, stride: 1 }),
    activation('relu'),
    convNorm(`${name}.conv2`, `${name}.bn2`, { inputs: inner, output: strided(input, stride, inner), kernel: 3, stride, groups }),
    activation('relu'),
    convNorm(`${name}.conv3`, `${name}.bn3`, { inputs: inner, output, kernel: 1, stride: 1 }),
  );
  return { layer: withShortcut(place, output, body), output };
};
