import { createRng, sizeOf } from '@mixwell/tensor';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convNetD } from './conv-net-d.ts';
import { architectures, createModel } from './create-model.ts';
import { toDisk } from './disk.ts';
import { inferOptions } from './infer-options.ts';
import { lenet } from './lenet.ts';
import { linearHead } from './linear-head.ts';
import { mlp } from './mlp.ts';
import type { Model } from './model.ts';
import { resnet101, resnet18, resnet34, resnet50 } from './resnet/resnet.ts';
import { resnext29, resnext50 } from './resnet/resnext.ts';
import { wideResNet } from './resnet/wide-resnet.ts';
import { deitBase, deitSmall, deitTiny, vitBase, vitSmall, vitTiny } from './vit/vit-sizes.ts';
import { vit } from './vit/vit.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const parameters = (model: Model): number => model.variables.filter(({ kind }) => kind === 'parameter').reduce((sum, { shape }) => sum + sizeOf(shape), 0);

describe('architectures', () => {
  it('have the published numbers of parameters', () => {
    expect(parameters(convNetD({ inputShape: [32, 32, 3], classes: 10 }))).toBe(320_010);
    expect(parameters(lenet({ inputShape: [28, 28, 1], classes: 10 }))).toBe(61_706);
    expect(parameters(resnet18({ inputShape: [32, 32, 3], classes: 10 }))).toBe(11_173_962);
    expect(parameters(mlp({ inputShape: [28, 28, 1], classes: 10 }))).toBe(118_282);
  });

  it.each([
    ['resnet18', resnet18, 11_689_512],
    ['resnet34', resnet34, 21_797_672],
    ['resnet50', resnet50, 25_557_032],
    ['resnet101', resnet101, 44_549_160],
    ['resnext50_32x4d', resnext50, 25_028_904],
  ])('have as many parameters as torchvision\'s %s', (name, make, count) => {
    const model = make({ inputShape: [224, 224, 3], classes: 1000, stem: 'imagenet' });
    expect([model.name, parameters(model), model.stages.at(-2)!.inputShape.slice(0, 2)]).toEqual([name, count, [7, 7]]);
  });

  it.each([
    ['vit_tiny', vitTiny, 3, 5_717_416, 5_910_800],
    ['vit_small', vitSmall, 6, 22_050_664, 22_436_432],
    ['vit_base', vitBase, 12, 86_567_656, 87_338_192],
    ['deit_tiny', deitTiny, 3, 5_717_416, 5_910_800],
    ['deit_small', deitSmall, 6, 22_050_664, 22_436_432],
    ['deit_base', deitBase, 12, 86_567_656, 87_338_192],
  ])('have as many heads and parameters as timm\'s %s_patch16_224 and its distilled form', (name, make, heads, count, distilled) => {
    const options = { inputShape: [224, 224, 3], classes: 1000 } as const;
    const model = make(options);
    expect([model.name, model.options['heads'], parameters(model), parameters(make({ ...options, distilled: true }))]).toEqual([name, heads, count, distilled]);
  });

  it.each([
    ['WRN-16-4', wideResNet({ inputShape: [32, 32, 3], classes: 10, depth: 16, widen: 4 }), 2_748_890],
    ['WRN-28-8', wideResNet({ inputShape: [32, 32, 3], classes: 10, widen: 8 }), 23_354_842],
    ['WRN-28-10', wideResNet({ inputShape: [32, 32, 3], classes: 10 }), 36_479_194],
    ['ResNeXt-29 8x64d', resnext29({ inputShape: [32, 32, 3], classes: 10 }), 34_426_698],
    ['ResNeXt-29 16x64d', resnext29({ inputShape: [32, 32, 3], classes: 10, cardinality: 16 }), 68_155_210],
    ['ResNeXt-29 4x32d', resnext29({ inputShape: [32, 32, 3], classes: 10, cardinality: 4, widthPerGroup: 32 }), 6_807_882],
  ])('have the number of parameters that their papers state for %s', (_, model, count) => {
    expect(parameters(model)).toBe(count);
  });

  it('name ConvNet-D as the released PyTorch code does', () => {
    const names = (options: Partial<Parameters<typeof convNetD>[0]>): string[] => convNetD({ inputShape: [16, 16, 3], classes: 2, width: 4, depth: 2, ...options }).variables.map(({ name }) => name);
    const pair = (layer: string): string[] => [`${layer}.weight`, `${layer}.bias`];
    expect(names({})).toEqual(['features.0', 'features.1', 'features.4', 'features.5', 'classifier'].flatMap(pair));
    expect(names({ norm: 'none' })).toEqual(['features.0', 'features.3', 'classifier'].flatMap(pair));
    expect(names({ pooling: 'none' })).toEqual(['features.0', 'features.1', 'features.3', 'features.4', 'classifier'].flatMap(pair));
  });

  it('pad the first convolution of ConvNet-D by 3 for 28x28x1 exactly', () => {
    const second = (inputShape: [number, number, number], firstPadding?: number): readonly number[] =>
      convNetD({ inputShape, classes: 2, width: 4, ...(firstPadding !== undefined && { firstPadding }) }).stages[1]!.inputShape;
    expect(second([28, 28, 1])).toEqual([16, 16, 4]);
    expect(second([28, 28, 3])).toEqual([14, 14, 4]);
    expect(second([32, 32, 1])).toEqual([16, 16, 4]);
    expect(second([28, 28, 1], 1)).toEqual([14, 14, 4]);
  });

  it('refuse bad options', () => {
    expect(() => convNetD({ inputShape: [32, 32, 3], classes: 0 })).toThrow('convNetD: classes must be a whole number >= 1, got 0');
    expect(() => convNetD({ inputShape: [8, 8, 3], classes: 2, depth: 4 })).toThrow('convNetD: depth must leave at least one pixel of 8x8, got 4');
    expect(() => convNetD({ inputShape: [8, 8, 3], classes: 2, width: 6, norm: 'group' })).toThrow('features.1: group norm needs a multiple of 4 channels, got 6');
    expect(() => convNetD({ inputShape: [8, 8, 3], classes: 2, norm: 'batchnorm' as 'batch' })).toThrow("convNetD: norm must be one of batch, instance, group, layer, none, got 'batchnorm'");
    expect(() => lenet({ inputShape: [30, 30, 1], classes: 2 })).toThrow('lenet: inputShape must be 28x28 or 32x32, got 30x30');
    expect(() => resnet18({ inputShape: [32, 32] as unknown as [number, number, number], classes: 2 })).toThrow('resnet18: inputShape must be [height, width, channels], whole numbers >= 1, got [32,32]');
    expect(() => resnet18({ inputShape: [32, 32, 3], classes: 2, stem: 'tiny' as 'cifar' })).toThrow("resnet18: stem must be one of cifar, imagenet, got 'tiny'");
    expect(() => resnext29({ inputShape: [32, 32, 3], classes: 2, width: 1, widthPerGroup: 4 })).toThrow('layer1.0: the 3x3 convolution must have a channel per group');
    expect(() => resnext29({ inputShape: [32, 32, 3], classes: 2, cardinality: 0 })).toThrow('resnext29: cardinality must be a whole number >= 1, got 0');
    expect(() => wideResNet({ inputShape: [32, 32, 3], classes: 2, depth: 26 })).toThrow('wideResNet: depth must be 6n + 4 with n >= 1, got 26');
    expect(() => wideResNet({ inputShape: [32, 32, 3], classes: 2, widen: 0.5 })).toThrow('wideResNet: widen must be a whole number >= 1, got 0.5');
    expect(() => vit({ inputShape: [32, 30, 3], classes: 2, patch: 4 })).toThrow('vit: patch must divide height and width, 32x30, got 4');
    expect(() => vitTiny({ inputShape: [32, 32, 3], classes: 2, heads: 5 })).toThrow('vit_tiny: heads must divide dim, 192, got 5');
    expect(() => vit({ inputShape: [32, 32, 3], classes: 2, dim: 48 })).toThrow('vit: heads must be a whole number >= 1, got 0.75');
    expect(() => vit({ inputShape: [32, 32, 3], classes: 2, mlpRatio: 0.001 })).toThrow('vit: dim times mlpRatio must be a whole number >= 1, got 0.192');
    expect(() => vit({ inputShape: [32, 32, 3], classes: 2, classToken: false, distilled: true })).toThrow('vit: classToken must be true where distilled is, got false');
    expect(() => mlp({ inputShape: 7 as unknown as [number], classes: 2 })).toThrow('mlp: inputShape must be [features] or [height, width, channels], whole numbers >= 1, got 7');
    expect(() => linearHead({ inputShape: [2, 3] as unknown as [number], classes: 2 })).toThrow('linearHead: inputShape must be [features] or [height, width, channels], whole numbers >= 1, got [2,3]');
    expect(() => mlp({ inputShape: [4], classes: 2, hidden: [3, 0] })).toThrow('mlp: hidden must be a whole number >= 1, got 0');
  });
});

const examples: readonly Model[] = [
  convNetD({ inputShape: [28, 28, 1], classes: 4, width: 8 }),
  convNetD({ inputShape: [16, 16, 3], classes: 4, width: 4, depth: 2, norm: 'batch' }),
  convNetD({ inputShape: [16, 16, 3], classes: 4, width: 4, depth: 2, norm: 'none' }),
  convNetD({ inputShape: [8, 8, 3], classes: 4, width: 4, depth: 1, norm: 'layer' }),
  convNetD({ inputShape: [8, 8, 3], classes: 4, width: 4, depth: 2, pooling: 'none' }),
  lenet({ inputShape: [28, 28, 1], classes: 3 }),
  lenet({ inputShape: [32, 32, 3], classes: 3 }),
  linearHead({ inputShape: [5], classes: 2 }),
  mlp({ inputShape: [7], classes: 3, hidden: [5, 4] }),
  mlp({ inputShape: [7], classes: 3, hidden: [] }),
  resnet18({ inputShape: [32, 32, 3], classes: 10, width: 4 }),
  resnet34({ inputShape: [224, 224, 1], classes: 3, width: 2, stem: 'imagenet' }),
  resnet50({ inputShape: [32, 32, 3], classes: 3, width: 2 }),
  resnet101({ inputShape: [224, 224, 3], classes: 3, width: 1, stem: 'imagenet' }),
  resnext29({ inputShape: [32, 32, 3], classes: 10, width: 4, cardinality: 2, widthPerGroup: 32 }),
  resnext50({ inputShape: [32, 32, 3], classes: 3, width: 16 }),
  wideResNet({ inputShape: [32, 32, 3], classes: 10, depth: 16, widen: 3, width: 2 }),
  vit({ inputShape: [12, 12, 3], classes: 4, patch: 4, dim: 64, depth: 3, mlpRatio: 1.5 }),
  vit({ inputShape: [6, 6, 1], classes: 4, patch: 2, dim: 64, depth: 1, classToken: false }),
  deitTiny({ inputShape: [32, 32, 3], classes: 4, depth: 1, distilled: true }),
];

describe('createModel', () => {
  it('makes every model again from its name and options, through JSON', () => {
    for (const model of examples) {
      const again = createModel(model.name, JSON.parse(JSON.stringify(model.options)) as Record<string, unknown>);
      expect(JSON.stringify(again)).toBe(JSON.stringify(model));
    }
  });

  it('lists the names where one is unknown', () => {
    expect(() => createModel('resnet19', {})).toThrow("createModel: the architecture must be one of convnet, deit_base, deit_small, deit_tiny, lenet, linear, mlp, resnet101, resnet18, resnet34, resnet50, resnext29, resnext50_32x4d, vit, vit_base, vit_small, vit_tiny, wideresnet, got 'resnet19'");
    expect(() => createModel('toString', {})).toThrow(RangeError);
    expect(Object.keys(architectures)).toEqual(Object.keys(architectures).sort());
  });
});

describe('inferOptions', () => {
  it('finds options that take the file', () => {
    for (const model of examples) {
      const file = toDisk(model, model.init(createRng(0)));
      const options = inferOptions(model.name, file);
      expect(model.options).toMatchObject({ ...options });
      expect(JSON.stringify(createModel(model.name, { ...options }).variables)).toBe(JSON.stringify(model.variables));
    }
  });

  it('says what a file lacks', () => {
    expect(() => inferOptions('resnet18', {})).toThrow('inferOptions: a resnet18 file must hold conv1.weight with axis 0, got no such tensor');
    expect(() => inferOptions('mlp', {})).toThrow('inferOptions: a mlp file must hold fc1.weight with axis 1, got no such tensor');
    expect(() => inferOptions('vit', { 'patch_embed.proj.weight': { shape: [8, 3, 4, 4] }, 'pos_embed': { shape: [1, 7, 8] } })).toThrow('inferOptions: pos_embed must be that of a square image, got 7 tokens');
    expect(() => inferOptions('vgg', {})).toThrow(/inferOptions: the architecture must be one of/);
  });
});
