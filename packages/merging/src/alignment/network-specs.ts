import type { AxisUnits, Layout, PermutationSpec } from './permutation-spec.ts';

const layers = (layout: Layout) => {
  const inMemory = layout === 'memory';
  return {
    /** @param inputs units that go in; `flattened`: they are the channels of a map */
    dense: (name: string, inputs: AxisUnits, outputs: AxisUnits, flattened = false): PermutationSpec => {
      const from: AxisUnits = flattened && !inMemory && typeof inputs === 'string' ? { units: inputs, slowest: true } : inputs;
      return { [`${name}.weight`]: inMemory ? [from, outputs] : [outputs, from], [`${name}.bias`]: [outputs] };
    },
    conv: (name: string, inputs: AxisUnits, outputs: AxisUnits, bias = true): PermutationSpec => ({
      [`${name}.weight`]: inMemory ? [null, null, inputs, outputs] : [outputs, inputs, null, null],
      ...(bias && { [`${name}.bias`]: [outputs] }),
    }),
    /** A scale and an offset for each channel; with running statistics, or for each place of a map. */
    norm: (name: string, units: AxisUnits, kind: 'channel' | 'batch' | 'map' = 'batch'): PermutationSpec => {
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
  resnet18: { blocks: [2, 2, 2, 2], convolutions: 2, groups: 1 },
  resnet34: { blocks: [3, 4, 6, 3], convolutions: 2, groups: 1 },
  resnet50: { blocks: [3, 4, 6, 3], convolutions: 3, groups: 1 },
  resnet101: { blocks: [3, 4, 23, 3], convolutions: 3, groups: 1 },
  resnext50: { blocks: [3, 4, 6, 3], convolutions: 3, groups: 32 },
  resnext29: { blocks: [3, 3, 3], convolutions: 3, groups: 8 },
} as const;

export interface ResNetPermutations {
  /** Groups of the 3×3 convolutions of `resnext29`. Default 8. */
  readonly cardinality?: number;
  readonly layout?: Layout;
}

/**
 * Of `resnet18`, `resnet34`, `resnet50`, `resnet101`, `resnext50`, `resnext29`. Blocks that add to one stream share its units; a projection begins a new stream. The groups of a
 * grouped convolution move as wholes: channels within them stay in their order.
 */
export function resnetPermutations(name: keyof typeof architectures, { cardinality, layout = 'memory' }: ResNetPermutations = {}): PermutationSpec {
  const { dense, conv, norm } = layers(layout);
  const { blocks, convolutions, groups: usual } = architectures[name];
  const groups = cardinality ?? usual;
  const convNorm = (layer: string, bn: string, inputs: AxisUnits, outputs: AxisUnits): PermutationSpec => join([conv(layer, inputs, outputs, false), norm(bn, outputs)]);
  const specs = [convNorm('conv1', 'bn1', null, 'stem')];
  let stream = 'stem';
  blocks.forEach((count, group) => {
    for (let i = 0; i < count; i++) {
      const block = `layer${group + 1}.${i}`;
      const projects = i === 0 && (group > 0 || convolutions === 3);
      const after = projects ? `layer${group + 1}` : stream;
      if (projects) specs.push(convNorm(`${block}.downsample.0`, `${block}.downsample.1`, stream, after));
      if (groups > 1) {
        const inner: AxisUnits = { units: `${block}.groups`, slowest: true, count: groups };
        specs.push(convNorm(`${block}.conv1`, `${block}.bn1`, stream, inner), convNorm(`${block}.conv2`, `${block}.bn2`, null, inner), convNorm(`${block}.conv3`, `${block}.bn3`, inner, after));
      } else for (let c = 1; c <= convolutions; c++) {
        specs.push(convNorm(`${block}.conv${c}`, `${block}.bn${c}`, c === 1 ? stream : `${block}.conv${c - 1}`, c === convolutions ? after : `${block}.conv${c}`));
      }
      stream = after;
    }
  });
  return join([...specs, dense('fc', stream, null)]);
}

export interface WideResNetPermutations {
  /** Default 28. */
  readonly depth?: number;
  /** Default 10. */
  readonly widen?: number;
  readonly layout?: Layout;
}

/** Of `wideResNet`. A shortcut that is projected begins a new stream. */
export function wideResNetPermutations({ depth = 28, widen = 10, layout = 'memory' }: WideResNetPermutations = {}): PermutationSpec {
  const { dense, conv, norm } = layers(layout);
  const specs = [conv('conv1', null, 'stem', false)];
  let stream = 'stem';
  for (const group of [1, 2, 3]) {
    for (let i = 0; i < (depth - 4) / 6; i++) {
      const block = `block${group}.layer.${i}`;
      const projects = i === 0 && (group > 1 || widen > 1);
      const after = projects ? `block${group}` : stream;
      specs.push(norm(`${block}.bn1`, stream), conv(`${block}.conv1`, stream, `${block}.conv1`, false), norm(`${block}.bn2`, `${block}.conv1`), conv(`${block}.conv2`, `${block}.conv1`, after, false));
      if (projects) specs.push(conv(`${block}.convShortcut`, stream, after, false));
      stream = after;
    }
  }
  return join([...specs, norm('bn1', stream), dense('fc', stream, null)]);
}

export interface VitPermutations {
  /** Heads of each attention. */
  readonly heads: number;
  /** Default 12. */
  readonly depth?: number;
  /** Default true. */
  readonly classToken?: boolean;
  /** Default false. */
  readonly distilled?: boolean;
  readonly layout?: Layout;
}

/** Of `vit` and `deit` in all sizes: the channels of the tokens, the heads of each attention as wholes, the hidden units of each MLP. */
export function vitPermutations({ heads, depth = 12, classToken = true, distilled = false, layout = 'memory' }: VitPermutations): PermutationSpec {
  const { dense, conv, norm } = layers(layout);
  const blocks = Array.from({ length: depth }, (_, i) => {
    const block = `blocks.${i}`;
    const own = { units: `${block}.heads`, slowest: true, count: heads } as const;
    return join([
      norm(`${block}.norm1`, 'tokens', 'channel'), dense(`${block}.attn.qkv`, 'tokens', { ...own, outer: 3 }), dense(`${block}.attn.proj`, own, 'tokens'),
      norm(`${block}.norm2`, 'tokens', 'channel'), dense(`${block}.mlp.fc1`, 'tokens', `${block}.mlp`), dense(`${block}.mlp.fc2`, `${block}.mlp`, 'tokens'),
    ]);
  });
  const tokens = ['pos_embed', ...(classToken ? ['cls_token'] : []), ...(distilled ? ['dist_token'] : [])].map((name) => ({ [name]: [null, null, 'tokens'] }));
  const headNames = distilled ? ['head', 'head_dist'] : ['head'];
  return join([...tokens, conv('patch_embed.proj', null, 'tokens'), ...blocks, norm(classToken ? 'norm' : 'fc_norm', 'tokens', 'channel'), ...headNames.map((name) => dense(name, 'tokens', null))]);
}
