import '@tensorflow/tfjs-backend-cpu';
import { createRng, sizeOf } from '@mixwell/tensor';
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
import { resnet18 } from './resnet.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const parameters = (model: Model): number => model.variables.filter(({ kind }) => kind === 'parameter').reduce((sum, { shape }) => sum + sizeOf(shape), 0);

describe('architectures', () => {
  it('have the published numbers of parameters', () => {
    expect(parameters(convNetD({ inputShape: [32, 32, 3], classes: 10 }))).toBe(320_010);
    expect(parameters(lenet({ inputShape: [28, 28, 1], classes: 10 }))).toBe(61_706);
    expect(parameters(resnet18({ inputShape: [32, 32, 3], classes: 10 }))).toBe(11_173_962);
    expect(parameters(mlp({ inputShape: [28, 28, 1], classes: 10 }))).toBe(118_282);
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
    expect(() => resnet18({ inputShape: [32, 32, 3], classes: 2, stem: 'imagenet' as 'cifar' })).toThrow("resnet18: stem must be one of cifar, got 'imagenet'");
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
];

describe('createModel', () => {
  it('makes every model again from its name and options, through JSON', () => {
    for (const model of examples) {
      const again = createModel(model.name, JSON.parse(JSON.stringify(model.options)) as Record<string, unknown>);
      expect(JSON.stringify(again)).toBe(JSON.stringify(model));
    }
  });

  it('lists the names where one is unknown', () => {
    expect(() => createModel('resnet19', {})).toThrow("createModel: the architecture must be one of convnet, lenet, linear, mlp, resnet18, got 'resnet19'");
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
    expect(() => inferOptions('resnet18', {})).toThrow('inferOptions: a resnet18 file must hold conv1.weight with axis 1, got no such tensor');
    expect(() => inferOptions('mlp', {})).toThrow('inferOptions: a mlp file must hold fc1.weight with axis 1, got no such tensor');
    expect(() => inferOptions('vgg', {})).toThrow(/inferOptions: the architecture must be one of/);
  });
});
