import { checkImageOptions, checkOneOf, checkWhole, type MapShape } from './check-options.ts';
import { sequential, type Layer } from './layer.ts';
import { activation, conv2d, pool2x2, type Activation, type Pooling } from './layers.ts';
import { linearHead } from './linear-head.ts';
import { defineModel, type Model, type Stage } from './model.ts';
import { norm, type NormKind } from './norm.ts';

export interface ConvNetDOptions {
  readonly inputShape: MapShape;
  readonly classes: number;
  /** Channels of every block. Default 128. */
  readonly width?: number;
  /** Number of blocks: 3 for 28×28 and 32×32, 4 for 64×64, 5 for 128×128. Default 3. */
  readonly depth?: number;
  /** Padding of the first convolution. Default 3 for input of exactly 28×28×1, which makes it 32×32, else 1. */
  readonly firstPadding?: number;
  /** Default 'instance'. */
  readonly norm?: NormKind;
  /** Default 'relu'. */
  readonly activation?: Exclude<Activation, 'tanh'>;
  /** Default 'avg'. */
  readonly pooling?: Pooling | 'none';
}

type Resolved = Required<ConvNetDOptions>;

function resolve(options: ConvNetDOptions): Resolved {
  checkImageOptions('convNetD', options);
  const { inputShape, classes, width = 128, depth = 3 } = options;
  const isMnist = inputShape.join('x') === '28x28x1';
  const { firstPadding = isMnist ? 3 : 1, norm = 'instance', activation = 'relu', pooling = 'avg' } = options;
  checkWhole('convNetD', 'width', width);
  checkWhole('convNetD', 'depth', depth);
  checkWhole('convNetD', 'firstPadding', firstPadding, 0);
  checkOneOf('convNetD', 'norm', norm, ['batch', 'instance', 'group', 'layer', 'none']);
  checkOneOf('convNetD', 'activation', activation, ['relu', 'leakyRelu', 'sigmoid']);
  checkOneOf('convNetD', 'pooling', pooling, ['avg', 'max', 'none']);
  return { inputShape, classes, width, depth, firstPadding, norm, activation, pooling };
}

/** One block; `index` counts modules as the `nn.Sequential` of the reference does, which is where its names come from. */
function block(index: number, [height, width, inputs]: MapShape, padding: number, options: Resolved): { layer: Layer; modules: number; output: MapShape } {
  const { width: outputs, norm: kind, pooling } = options;
  const grown = [height + 2 * padding - 2, width + 2 * padding - 2, outputs] as const;
  const layers = [
    conv2d(`features.${index}`, { inputs, outputs, kernel: 3, padding }),
    ...(kind === 'none' ? [] : [norm(`features.${index + 1}`, kind, grown)]),
    activation(options.activation),
    ...(pooling === 'none' ? [] : [pool2x2(pooling)]),
  ];
  const output: MapShape = pooling === 'none' ? grown : [grown[0] >> 1, grown[1] >> 1, outputs];
  return { layer: sequential(...layers), modules: layers.length, output };
}

/**
 * The ConvNet of dataset condensation and trajectory matching: `depth` times 3×3 convolution, norm, activation, 2×2 pooling, then a dense
 * layer. Stages: `block1`, …, `head`.
 *
 * Follows `networks.py` of VICO-UoE/DatasetCondensation (Zhao, Mopuri, Bilen, ICLR 2021) and GeorgeCazenavette/mtt-distillation, names
 * included: `features.0.weight`, …, `classifier.weight`. There the first convolution pads by 3 whenever there is one channel, which
 * breaks at sizes other than 28×28; here at exactly 28×28×1.
 */
export function convNetD(options: ConvNetDOptions): Model {
  const resolved = resolve(options);
  const { inputShape, classes, depth, firstPadding } = resolved;
  const stages: Stage[] = [];
  let shape = inputShape;
  for (let i = 0, index = 0; i < depth; i++) {
    const { layer, modules, output } = block(index, shape, i === 0 ? firstPadding : 1, resolved);
    if (Math.min(...output) < 1) throw new RangeError(`convNetD: depth must leave at least one pixel of ${inputShape[0]}x${inputShape[1]}, got ${depth}`);
    stages.push({ name: `block${i + 1}`, inputShape: shape, ...layer });
    index += modules;
    shape = output;
  }
  const head = linearHead({ inputShape: shape, classes, layer: 'classifier' });
  return defineModel({ name: 'convnet', options: { ...resolved }, classes, stages: [...stages, ...head.stages] });
}
