import { checkImageOptions, checkOneOf, checkWhole, type MapShape } from '../check-options.ts';
import { sequential, type Layer } from '../layer.ts';
import { activation, globalAveragePool, stemPool } from '../layers.ts';
import { linearHead } from '../linear-head.ts';
import { defineModel, type Model, type Stage } from '../model.ts';
import { type Block, convNorm, strided } from './residual-blocks.ts';

/**
 * - `cifar`: 3×3 convolution with stride 1 and no pooling, for small images
 * - `imagenet`: 7×7 convolution and 3×3 max pooling, both with stride 2
 */
export type Stem = 'cifar' | 'imagenet';

export interface ResNetOptions {
  readonly inputShape: MapShape;
  readonly classes: number;
  /** Channels of the stem and the first group; each further group doubles them. Default 64. */
  readonly width?: number;
  /** Default 'cifar'. */
  readonly stem?: Stem;
}

interface Architecture {
  readonly name: string;
  /** How many in each group. */
  readonly blocks: readonly number[];
  readonly block: Block;
  /** Options of this architecture alone, to be kept with the others. */
  readonly further?: Readonly<Record<string, unknown>>;
}

function stemOf([height, width, inputs]: MapShape, channels: number, stem: Stem): { layer: Layer; output: MapShape } {
  const stride = stem === 'cifar' ? 1 : 2;
  const maps = strided([height, width, inputs], stride, channels);
  const conv = sequential(convNorm('conv1', 'bn1', { inputs, output: maps, kernel: stem === 'cifar' ? 3 : 7, stride }), activation('relu'));
  return stem === 'cifar' ? { layer: conv, output: maps } : { layer: sequential(conv, stemPool), output: strided(maps, 2, channels) };
}

/** `count` blocks one after the other, of which the first changes size and channels. */
export function blockGroup(name: string, input: MapShape, { block, count, channels, stride, prefix = name }: { block: Block; count: number; channels: number; stride: number; prefix?: string }): { stage: Stage; output: MapShape } {
  const layers: Layer[] = [];
  let shape = input;
  for (let i = 0; i < count; i++) {
    const { layer, output } = block({ name: `${prefix}.${i}`, input: shape, channels, stride: i === 0 ? stride : 1 });
    layers.push(layer);
    shape = output;
  }
  return { stage: { name, inputShape: input, ...sequential(...layers) }, output: shape };
}

/** Stem, groups of blocks that halve the size and double the channels, mean over the positions, dense layer. Names are torchvision's. */
export function residualNetwork({ name, blocks, block, further = {} }: Architecture, { inputShape, classes, width = 64, stem = 'cifar' }: ResNetOptions): Model {
  checkImageOptions(name, { inputShape, classes });
  checkWhole(name, 'width', width);
  checkOneOf(name, 'stem', stem, ['cifar', 'imagenet']);
  const begin = stemOf(inputShape, width, stem);
  const stages: Stage[] = [{ name: 'stem', inputShape, ...begin.layer }];
  let shape = begin.output;
  for (const [i, count] of blocks.entries()) {
    const { stage, output } = blockGroup(`layer${i + 1}`, shape, { block, count, channels: width << i, stride: i === 0 ? 1 : 2 });
    stages.push(stage);
    shape = output;
  }
  stages.push({ name: 'pool', inputShape: shape, ...globalAveragePool });
  stages.push(...linearHead({ inputShape: [shape[2]], classes }).stages);
  return defineModel({ name, options: { inputShape, classes, width, stem, ...further }, classes, stages });
}
