import { checkArchitecture, type Architecture, type ArchitectureOptions } from './create-model.ts';

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

/**
 * The options with which an architecture takes a file, read off the shapes of its tensors (in PyTorch's layout). What shapes do not tell
 * is taken to be usual: images are square, of one channel 28×28 for LeNet and ConvNet-D, 32×32 for LeNet on colour and for ResNets (which run at
 * any size); activations and pooling are the defaults; a norm of ConvNet-D that is neither batch nor layer norm is instance norm.
 *
 * @throws {RangeError} for an unknown architecture, or a file that lacks one of its tensors
 */
export function inferOptions<A extends Architecture>(architecture: A, file: DiskShapes): ArchitectureOptions[A];
export function inferOptions(architecture: string, file: DiskShapes): ArchitectureOptions[Architecture];
export function inferOptions(architecture: string, file: DiskShapes): ArchitectureOptions[Architecture] {
  checkArchitecture('inferOptions', architecture);
  const size = reader(architecture, file);
  switch (architecture) {
    case 'convnet': return convNetOptions(size, file);
    case 'lenet': return lenetOptions(size);
    case 'linear': return { inputShape: [size('fc.weight', 1)], classes: size('fc.weight', 0) };
    case 'mlp': return mlpOptions(size, file);
    case 'resnet18': return { inputShape: [32, 32, size('conv1.weight', 1)], classes: size('fc.weight', 0), width: size('conv1.weight', 0) };
  }
}
