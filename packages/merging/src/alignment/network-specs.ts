import type { AxisUnits, Layout, PermutationSpec } from './permutation-spec.ts';

const layers = (layout: Layout) => {
  const inMemory = layout === 'memory';
  return {
    /** @param inputs units that go in; `flattened`: they are the channels of a map */
    dense: (name: string, inputs: string | null, outputs: string | null, flattened = false): PermutationSpec => {
      const from: AxisUnits = flattened && !inMemory && inputs !== null ? { units: inputs, slowest: true } : inputs;
      return { [`${name}.weight`]: inMemory ? [from, outputs] : [outputs, from], [`${name}.bias`]: [outputs] };
    },
    conv: (name: string, inputs: string | null, outputs: string, bias = true): PermutationSpec => ({
      [`${name}.weight`]: inMemory ? [null, null, inputs, outputs] : [outputs, inputs, null, null],
      ...(bias && { [`${name}.bias`]: [outputs] }),
    }),
    /** A scale and an offset for each channel; with running statistics, or for each place of a map. */
    norm: (name: string, units: string, kind: 'channel' | 'batch' | 'map' = 'batch'): PermutationSpec => {
      const axes = kind === 'map' ? (inMemory ? [null, null, units] : [units, null, null]) : [units];
      const buffers = kind === 'batch' ? ['running_mean', 'running_var'] : [];
      return Object.fromEntries(['weight', 'bias', ...buffers].map((part) => [`${name}.${part}`, axes]));
    },
  };
};

const join = (specs: readonly PermutationSpec[]): PermutationSpec => Object.assign({}, ...specs) as PermutationSpec;

/** Of `mlp` with so many hidden layers: `fc1`, `fc2`, … */
export function mlpPermutations({ hidden, layout = 'memory' }: { readonly hidden: number; readonly layout?: Layout }): PermutationSpec {
  const { dense } = layers(layout);
  return join(Array.from({ length: hidden + 1 }, (_, i) => dense(`fc${i + 1}`, i === 0 ? null : `fc${i}`, i === hidden ? null : `fc${i + 1}`)));
}

/** Of `lenet`. */
export function lenetPermutations({ layout = 'memory' }: { readonly layout?: Layout } = {}): PermutationSpec {
  const { dense, conv } = layers(layout);
  return join([conv('conv1', null, 'conv1'), conv('conv2', 'conv1', 'conv2'), dense('fc1', 'conv2', 'fc1', true), dense('fc2', 'fc1', 'fc2'), dense('fc3', 'fc2', null)]);
}

export interface ConvNetPermutations {
  /** Default 3. */
  readonly depth?: number;
  /** Default 'instance'. Channels in groups are not free to move. */
  readonly norm?: 'batch' | 'instance' | 'layer' | 'none';
  /** Default 'avg'. */
  readonly pooling?: 'avg' | 'max' | 'none';
  readonly layout?: Layout;
}

/** Of `convNetD`: `features.0`, …, `classifier`. */
export function convNetPermutations({ depth = 3, norm: kind = 'instance', pooling = 'avg', layout = 'memory' }: ConvNetPermutations = {}): PermutationSpec {
  const { dense, conv, norm } = layers(layout);
  const modules = 2 + Number(kind !== 'none') + Number(pooling !== 'none');
  const normKind = { batch: 'batch', instance: 'channel', layer: 'map' } as const;
  const blocks = Array.from({ length: depth }, (_, i) => {
    const [index, before, units] = [i * modules, i === 0 ? null : `block${i}`, `block${i + 1}`];
    return join([conv(`features.${index}`, before, units), ...(kind === 'none' ? [] : [norm(`features.${index + 1}`, units, normKind[kind])])]);
  });
  return join([...blocks, dense('classifier', `block${depth}`, null, true)]);
}

const architectures = {
  resnet18: { blocks: [2, 2, 2, 2], convolutions: 2 },
  resnet34: { blocks: [3, 4, 6, 3], convolutions: 2 },
  resnet50: { blocks: [3, 4, 6, 3], convolutions: 3 },
  resnet101: { blocks: [3, 4, 23, 3], convolutions: 3 },
} as const;

/** Of `resnet18`, `resnet34`, `resnet50`, `resnet101`. Blocks that add to one stream share its units; a projection begins a new stream. */
export function resnetPermutations(name: keyof typeof architectures, { layout = 'memory' }: { readonly layout?: Layout } = {}): PermutationSpec {
  const { dense, conv, norm } = layers(layout);
  const { blocks, convolutions } = architectures[name];
  const convNorm = (layer: string, bn: string, inputs: string | null, outputs: string): PermutationSpec => join([conv(layer, inputs, outputs, false), norm(bn, outputs)]);
  const specs = [convNorm('conv1', 'bn1', null, 'stem')];
  let stream = 'stem';
  blocks.forEach((count, group) => {
    for (let i = 0; i < count; i++) {
      const block = `layer${group + 1}.${i}`;
      const projects = i === 0 && (group > 0 || convolutions === 3);
      const after = projects ? `layer${group + 1}` : stream;
      if (projects) specs.push(convNorm(`${block}.downsample.0`, `${block}.downsample.1`, stream, after));
      for (let c = 1; c <= convolutions; c++) {
        specs.push(convNorm(`${block}.conv${c}`, `${block}.bn${c}`, c === 1 ? stream : `${block}.conv${c - 1}`, c === convolutions ? after : `${block}.conv${c}`));
      }
      stream = after;
    }
  });
  return join([...specs, dense('fc', stream, null)]);
}
