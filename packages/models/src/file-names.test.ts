import { describe, expect, it } from 'vitest';
import { withOwnNames } from './file-names.ts';

const rename = (architecture: string, name: string): string => Object.keys(withOwnNames('test', architecture, { [name]: 0 }))[0]!;

describe('withOwnNames', () => {
  it.each([
    ['vit', 'class_token', 'cls_token'],
    ['deit_small', 'encoder.pos_embedding', 'pos_embed'],
    ['vit_base', 'encoder.layers.encoder_layer_11.self_attention.in_proj_bias', 'blocks.11.attn.qkv.bias'],
    ['vit_base', 'encoder.layers.encoder_layer_0.mlp.3.weight', 'blocks.0.mlp.fc2.weight'],
    ['vit_base', 'encoder.layers.encoder_layer_0.mlp.linear_1.weight', 'blocks.0.mlp.fc1.weight'],
    ['vit', 'heads.head.weight', 'head.weight'],
    ['resnext29', 'stage_2.1.conv_reduce.weight', 'layer2.1.conv1.weight'],
    ['resnext29', 'stage_3.0.bn.running_mean', 'layer3.0.bn2.running_mean'],
    ['resnext29', 'classifier.bias', 'fc.bias'],
  ])('knows for %s that %s is %s', (architecture, theirs, ours) => {
    expect(rename(architecture, theirs)).toBe(ours);
    expect(rename(architecture, ours)).toBe(ours);
  });

  it('leaves other names, and those of other architectures', () => {
    expect(rename('resnet18', 'classifier.bias')).toBe('classifier.bias');
    expect(rename('vit', 'encoder.layers.encoder_layer_0')).toBe('encoder.layers.encoder_layer_0');
    expect(rename('toString', 'constructor')).toBe('constructor');
  });

  it('refuses a file that has both names of a tensor', () => {
    expect(() => withOwnNames('fromDisk', 'vit', { cls_token: 1, class_token: 2 })).toThrow('fromDisk: a vit file must name each tensor once, got class_token besides another name of cls_token');
  });
});
