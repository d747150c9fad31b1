import { checkArchitecture, type Architecture, type ArchitectureOptions } from './create-model.ts';
import { withOwnNames } from './file-names.ts';

/** Shapes by name, as a safetensors header lists them; a state dict of host tensors will do. */
export type DiskShapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** Reads shapes, and says which key is missing. */
function reader(architecture: string, file: DiskShapes): (name: string, axis: number) => number {
  return (name, axis) => {
    const size = Object.hasOwn(file, name) ? file[name]!.shape[axis] : undefined;
    if (size === undefined) throw new RangeError(`inferOptions: a ${architecture} file must hold ${name} with axis ${axis}, got ${Object.hasOwn(file, name) ? `shape [${file[name]!.shape.join(', ')}]` : 'no such tensor'}`);
    return size;
  };
}

/** How many i there are with a tensor `<prefix><i>.…`. */
function countOf(file: DiskShapes, prefix: string): number {
  const found = Object.keys(file).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split('.')[0]);
  return new Set(found).size;
}

/** Indices i with a tensor `<prefix><i>.weight` of this rank, ascending. */
function indices(file: DiskShapes, prefix: string, rank: number): number[] {
  const pattern = new RegExp(`^${prefix.replaceAll('.', '\\.')}(\\d+)\\.weight$`);
  return Object.entries(file).flatMap(([name, { shape }]) => (shape.length === rank ? [pattern.exec(name)?.[1]] : [])).filter((i) => i !== undefined).map(Number).sort((a, b) => a - b);
}

type SizeOf = ReturnType<typeof reader>;

function mlpOptions(size: SizeOf, file: DiskShapes): ArchitectureOptions['mlp'] {
  const layers = indices(file, 'fc', 2).map((i) => `fc${i}.weight`);
  return { inputShape: [size(layers[0] ?? 'fc1.weight', 1)], classes: size(layers.at(-1)!, 0), hidden: layers.slice(0, -1).map((name) => size(name, 0)) };
}

function lenetOptions(size: SizeOf): ArchitectureOptions['lenet'] {
  const channels = size('conv1.weight', 1);
  const side = channels === 1 ? 28 : 32;
  return { inputShape: [side, side, channels], classes: size('fc3.weight', 0) };
}

function convNetOptions(size: SizeOf, file: DiskShapes): ArchitectureOptions['convnet'] {
  const [channels, width] = [size('features.0.weight', 1), size('features.0.weight', 0)];
  const convolutions = indices(file, 'features.', 4);
  const hasNorm = Object.hasOwn(file, 'features.1.weight');
  const kind = Object.hasOwn(file, 'features.1.running_mean') ? 'batch' : file['features.1.weight']?.shape.length === 3 ? 'layer' : 'instance';
  const pools = convolutions.length < 2 || convolutions[1] === (hasNorm ? 4 : 3);
  const last = Math.sqrt(size('classifier.weight', 1) / width);
  if (!Number.isInteger(last)) throw new RangeError(`inferOptions: classifier.weight must come from a square map of ${width} channels, got ${size('classifier.weight', 1)} inputs: give the options yourself`);
  const side = pools ? last * 2 ** convolutions.length : last;
  const input = channels === 1 && side === 32 ? 28 : side;
  return { inputShape: [input, input, channels], classes: size('classifier.weight', 0), width, depth: convolutions.length, norm: hasNorm ? kind : 'none', ...(!pools && { pooling: 'none' }) };
}

function resNetOptions(size: SizeOf): ArchitectureOptions['resnet18'] {
  const [width, channels, kernel] = [size('conv1.weight', 0), size('conv1.weight', 1), size('conv1.weight', 2)];
  const forImageNet = kernel === 7;
  const side = forImageNet ? 224 : 32;
  return { inputShape: [side, side, channels], classes: size('fc.weight', 0), width, stem: forImageNet ? 'imagenet' : 'cifar' };
}

function resNeXt29Options(size: SizeOf): ArchitectureOptions['resnext29'] {
  const options = resNetOptions(size);
  const [inner, perGroup] = [size('layer3.0.conv2.weight', 0), size('layer3.0.conv2.weight', 1)];
  return { ...options, cardinality: inner / perGroup, widthPerGroup: Math.ceil((perGroup * 16) / size('conv1.weight', 0)) };
}

function wideResNetOptions(size: SizeOf, file: DiskShapes): ArchitectureOptions['wideresnet'] {
  const [width, channels] = [size('conv1.weight', 0), size('conv1.weight', 1)];
  const widen = size('block1.layer.0.conv1.weight', 0) / width;
  return { inputShape: [32, 32, channels], classes: size('fc.weight', 0), depth: 6 * countOf(file, 'block1.layer.') + 4, widen, width };
}

function vitOptions(size: SizeOf, file: DiskShapes): ArchitectureOptions['vit'] {
  const [dim, channels, patch] = [0, 1, 2].map((axis) => size('patch_embed.proj.weight', axis)) as [number, number, number];
  const [classToken, distilled] = [Object.hasOwn(file, 'cls_token'), Object.hasOwn(file, 'dist_token')];
  const rows = Math.sqrt(size('pos_embed', 1) - Number(classToken) - Number(distilled));
  if (!Number.isInteger(rows)) throw new RangeError(`inferOptions: pos_embed must be that of a square image, got ${size('pos_embed', 1)} tokens: give the options yourself`);
  return {
    inputShape: [rows * patch, rows * patch, channels], classes: size('head.weight', 0), patch, dim, depth: countOf(file, 'blocks.'),
    mlpRatio: size('blocks.0.mlp.fc1.weight', 0) / dim, classToken, distilled,
  };
}

/**
 * The options with which an architecture takes a file, read off the shapes of its tensors (in PyTorch's layout). What shapes do not tell
 * is taken to be usual: images are square, of one channel 28×28 for LeNet and ConvNet-D, 32×32 for LeNet on colour and for ResNets (which run at
 * any size), 224×224 with the stem for ImageNet; activations and pooling are the defaults; a norm of ConvNet-D that is neither batch nor layer norm
 * is instance norm; a vision transformer has a head for every 64 channels.
 *
 * @throws {RangeError} for an unknown architecture, or a file that lacks one of its tensors
 */
export function inferOptions<A extends Architecture>(architecture: A, file: DiskShapes): ArchitectureOptions[A];
export function inferOptions(architecture: string, file: DiskShapes): ArchitectureOptions[Architecture];
export function inferOptions(architecture: string, shapes: DiskShapes): ArchitectureOptions[Architecture] {
  checkArchitecture('inferOptions', architecture);
  const file = withOwnNames('inferOptions', architecture, shapes);
  const size = reader(architecture, file);
  switch (architecture) {
    case 'convnet': return convNetOptions(size, file);
    case 'lenet': return lenetOptions(size);
    case 'linear': return { inputShape: [size('fc.weight', 1)], classes: size('fc.weight', 0) };
    case 'mlp': return mlpOptions(size, file);
    case 'resnet18':
    case 'resnet34':
    case 'resnet50':
    case 'resnet101':
    case 'resnext50_32x4d': return resNetOptions(size);
    case 'resnext29': return resNeXt29Options(size);
    case 'wideresnet': return wideResNetOptions(size, file);
    case 'vit':
    case 'vit_tiny':
    case 'vit_small':
    case 'vit_base':
    case 'deit_tiny':
    case 'deit_small':
    case 'deit_base': return vitOptions(size, file);
  }
}
