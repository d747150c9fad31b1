import { createRng, stateDict } from '@mixwell/tensor';
import { randomNormal } from '@mixwell/tensor/tf';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convNetD } from './conv-net-d.ts';
import { distance } from './fixtures.ts';
import { lenet } from './lenet.ts';
import { linearHead } from './linear-head.ts';
import { mlp } from './mlp.ts';
import type { Model, RunOptions } from './model.ts';
import { defaultNorm } from './norm.ts';
import { resnet18, resnet50 } from './resnet/resnet.ts';
import { resnext29 } from './resnet/resnext.ts';
import { wideResNet } from './resnet/wide-resnet.ts';
import { vit } from './vit/vit.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const small: Readonly<Record<string, Model>> = {
  mlp: mlp({ inputShape: [4, 4, 2], classes: 3, hidden: [6, 5] }),
  lenet28: lenet({ inputShape: [28, 28, 1], classes: 3 }),
  lenet32: lenet({ inputShape: [32, 32, 3], classes: 3, activation: 'tanh', pooling: 'avg' }),
  convnet: convNetD({ inputShape: [10, 9, 2], classes: 3, width: 4, depth: 2 }),
  convnetLayer: convNetD({ inputShape: [8, 8, 1], classes: 3, width: 4, depth: 2, norm: 'layer', activation: 'leakyRelu', pooling: 'none' }),
  convnetGroup: convNetD({ inputShape: [8, 8, 1], classes: 3, width: 8, depth: 1, norm: 'group', activation: 'sigmoid' }),
  convnetPlain: convNetD({ inputShape: [8, 8, 1], classes: 3, width: 2, depth: 1, norm: 'none' }),
  resnet18: resnet18({ inputShape: [8, 8, 3], classes: 3, width: 2 }),
  resnet50: resnet50({ inputShape: [33, 32, 3], classes: 3, width: 1, stem: 'imagenet' }),
  resnext29: resnext29({ inputShape: [8, 9, 3], classes: 3, width: 4, cardinality: 2, widthPerGroup: 16 }),
  wideResNet: wideResNet({ inputShape: [8, 9, 3], classes: 3, depth: 10, widen: 2, width: 2 }),
  vit: vit({ inputShape: [8, 4, 3], classes: 3, patch: 2, dim: 8, depth: 2, heads: 2 }),
  vitMean: vit({ inputShape: [4, 4, 3], classes: 3, patch: 2, dim: 8, depth: 1, heads: 1, classToken: false }),
  deit: vit({ inputShape: [4, 4, 3], classes: 3, patch: 2, dim: 8, depth: 1, heads: 2, distilled: true }),
};
const models = Object.entries(small);
const imagesFor = (model: Model, rows = 2, seed = 5): tf.Tensor => randomNormal(createRng(seed), [rows, ...model.inputShape]);
const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe.each(models)('%s', (_, model) => {
  const vars = (): ReturnType<Model['init']> => model.init(createRng(1));

  it('maps images to logits', () => {
    const { y } = model.run(vars(), imagesFor(model));
    expect(y.shape).toEqual([2, 3]);
    expect(values(y).every(Number.isFinite)).toBe(true);
  });

  it('has the input shapes that its stages state', () => {
    const names = model.stages.map(({ name }) => name);
    const { taps } = model.run(vars(), imagesFor(model), { tap: names });
    names.slice(1).forEach((name, i) => expect(taps[names[i]!]!.shape.slice(1), name).toEqual([...model.stages[i + 1]!.inputShape]));
  });

  it('resumes at every stage, with another number of rows', () => {
    const v = vars();
    const whole = values(model.run(v, imagesFor(model)).y);
    for (const [i, { name }] of model.stages.slice(1).entries()) {
      const { y } = model.run(v, imagesFor(model), { to: model.stages[i]!.name });
      const three = model.run(v, tf.gather(y, tf.tensor1d([1, 0, 1], 'int32')), { from: name }).y;
      expect(three.shape, name).toEqual([3, 3]);
      expect(distance(values(three), [...whole.slice(3), ...whole]), name).toBeLessThan(1e-5);
    }
  });

  it('owns and disposes nothing but its results', () => {
    const [v, x] = [vars(), imagesFor(model)];
    for (const mode of ['train', 'eval', 'batchStats'] as const) {
      const before = tf.memory().numTensors;
      const { y, buffers } = model.run(v, x, { mode });
      tf.dispose([y, Object.entries(buffers).filter(([key, value]) => value !== v.buffers[key]).map(([, value]) => value)]);
      expect(tf.memory().numTensors, mode).toBe(before);
    }
    expect([x, ...Object.values(v.params), ...Object.values(v.buffers)].some((t) => t.isDisposed)).toBe(false);
  });

  it('has the same first values for the same seed, of the shapes it states', () => {
    const [a, b, c] = [vars(), vars(), model.init(createRng(2))];
    expect([...Object.keys(a.params), ...Object.keys(a.buffers)].sort()).toEqual(model.variables.map(({ name }) => name).sort());
    for (const { name, kind, shape } of model.variables) {
      const [first, again, other] = [a, b, c].map((v) => (kind === 'parameter' ? v.params : v.buffers)[name]!);
      expect(first!.shape).toEqual([...shape]);
      expect(values(again!)).toEqual(values(first!));
      if (!values(first!).every((value) => value === 0 || value === 1)) expect(values(other!)).not.toEqual(values(first!));
    }
  });
});

describe('run', () => {
  const model = small['resnet18']!;

  it('names the argument and the axis of an input that does not fit', () => {
    const vars = model.init(createRng(0));
    expect(() => model.run(vars, tf.zeros([2, 8, 8, 1]))).toThrow(/resnet18: images.*3/);
    expect(() => model.run(vars, tf.zeros([2, 8, 8]))).toThrow(/resnet18: images/);
    expect(() => model.run(vars, tf.zeros([2, 4, 4, 9]), { from: 'layer3' })).toThrow(/resnet18: input of layer3/);
    expect(() => model.run(vars, tf.zeros([2, 8, 8, 3], 'int32'))).toThrow(/resnet18: images/);
  });

  it('refuses stages that are not there, or out of order', () => {
    const run = (options: RunOptions) => () => model.run(model.init(createRng(0)), imagesFor(model), options);
    expect(run({ to: 'layer5' })).toThrow("resnet18: to must be one of stem, layer1, layer2, layer3, layer4, pool, head, got 'layer5'");
    expect(run({ from: 'layer2', to: 'stem' })).toThrow("resnet18: from must not come after to, got 'layer2' and 'stem'");
    expect(run({ to: 'layer1', tap: ['pool'] })).toThrow("resnet18: tap must be among what the stages that run show, stem, layer1, got 'pool'");
  });

  it('says which variable is missing', () => {
    expect(() => model.run({ params: stateDict<tf.Tensor>([]), buffers: stateDict<tf.Tensor>([]) }, imagesFor(model))).toThrow('resnet18: vars.params must hold conv1.weight');
    expect(() => model.run({ ...model.init(createRng(0)), buffers: stateDict<tf.Tensor>([]) }, imagesFor(model))).toThrow('bn1: batch norm needs the buffers running_mean and running_var');
  });

  it('moves running statistics in train mode only, unless told otherwise', () => {
    const [vars, x] = [model.init(createRng(0)), imagesFor(model)];
    const changed = (options: RunOptions): number => Object.entries(model.run(vars, x, options).buffers).filter(([key, value]) => value !== vars.buffers[key]).length;
    const all = Object.keys(vars.buffers).length;
    expect(all).toBe(40);
    expect([changed({}), changed({ mode: 'train' }), changed({ mode: 'batchStats' })]).toEqual([0, all, 0]);
    expect([changed({ mode: 'train', updateBuffers: false }), changed({ mode: 'batchStats', updateBuffers: true })]).toEqual([0, all]);
    expect(values(model.run(vars, x, { mode: 'batchStats' }).y)).toEqual(values(model.run(vars, x, { mode: 'train' }).y));
    expect(values(model.run(vars, x).y)).not.toEqual(values(model.run(vars, x, { mode: 'train' }).y));
  });

  it('keeps every buffer when only a part of the network runs', () => {
    const vars = model.init(createRng(0));
    const { buffers } = model.run(vars, imagesFor(model), { to: 'stem', mode: 'train' });
    expect(Object.keys(buffers)).toEqual(Object.keys(vars.buffers));
    expect(Object.entries(buffers).filter(([key, value]) => value !== vars.buffers[key]).map(([key]) => key)).toEqual(['bn1.running_mean', 'bn1.running_var']);
  });

  it('lets a norm be injected, which may keep buffers of its own', () => {
    const [vars, x] = [model.init(createRng(0)), imagesFor(model)];
    expect(values(model.run(vars, x, { norm: defaultNorm }).y)).toEqual(values(model.run(vars, x).y));
    const seen: string[] = [];
    const { buffers } = model.run(vars, x, {
      norm: (call) => {
        seen.push(call.layer);
        return call.layer === 'bn1' ? { y: call.x, buffers: stateDict([['unmix.mean', tf.add(call.buffers['running_mean']!, 1)]]) } : defaultNorm(call);
      },
    });
    expect(seen.length).toBe(20);
    expect(values(buffers['bn1.unmix.mean']!)).toEqual([1, 1]);
    const next = model.run({ params: vars.params, buffers }, x, { norm: (call) => ({ y: call.layer === 'bn1' ? tf.mul(call.x, tf.sum(call.buffers['unmix.mean']!)) : call.x }) });
    expect(Object.keys(next.buffers)).toContain('bn1.unmix.mean');
  });

  it('refuses to train batch norm on a single value', () => {
    const tiny = convNetD({ inputShape: [2, 2, 1], classes: 2, width: 4, depth: 1, norm: 'batch' });
    expect(tiny.run(tiny.init(createRng(0)), tf.zeros([1, 2, 2, 1]), { mode: 'train' }).y.shape).toEqual([1, 2]);
    const deep = resnet18({ inputShape: [8, 8, 1], classes: 2, width: 1 });
    expect(() => deep.run(deep.init(createRng(0)), tf.zeros([1, 8, 8, 1]), { mode: 'train' })).toThrow('layer4.0.bn1: batch norm needs more than one value per channel to train, got x of shape [1, 1, 1, 8]');
  });
});

describe('first values', () => {
  it('of one layer do not depend on the others', () => {
    const alone = linearHead({ inputShape: [16], classes: 3, layer: 'fc' }).init(createRng(9));
    const inNetwork = small['resnet18']!.init(createRng(9));
    for (const name of ['fc.weight', 'fc.bias']) expect(values(inNetwork.params[name]!)).toEqual(values(alone.params[name]!));
    expect(values(inNetwork.params['layer1.0.conv1.weight']!)).not.toEqual(values(inNetwork.params['layer1.0.conv2.weight']!));
  });

  it('are spread as PyTorch spreads them: U(±1/√fanIn), N(0, 2/fanOut) in ResNets, and N(0, 0.02²) in vision transformers', () => {
    const { params } = mlp({ inputShape: [100], classes: 2, hidden: [400] }).init(createRng(0));
    const weight = values(params['fc1.weight']!);
    const variance = (x: readonly number[]): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;
    expect(Math.max(...weight.map(Math.abs))).toBeLessThanOrEqual(0.1);
    expect(variance(weight) / (0.1 ** 2 / 3)).toBeCloseTo(1, 1);
    expect(variance(values(params['fc1.bias']!)) / (0.1 ** 2 / 3)).toBeCloseTo(1, 0);
    const kernel = values(resnet18({ inputShape: [8, 8, 3], classes: 2, width: 16 }).init(createRng(0)).params['layer3.0.conv1.weight']!);
    expect(variance(kernel) / (2 / (9 * 64))).toBeCloseTo(1, 1);
    expect(Math.max(...kernel.map(Math.abs))).toBeGreaterThan(3 * Math.sqrt(2 / (9 * 64)));
    const transformer = vit({ inputShape: [32, 32, 3], classes: 2, patch: 2, dim: 64, depth: 1 }).init(createRng(0)).params;
    for (const name of ['pos_embed', 'blocks.0.attn.qkv.weight', 'blocks.0.mlp.fc1.weight']) expect(variance(values(transformer[name]!)) / 0.02 ** 2, name).toBeCloseTo(1, 1);
    expect(values(transformer['blocks.0.attn.qkv.bias']!).every((value) => value === 0)).toBe(true);
  });
});

describe('linearHead', () => {
  it('puts a second head on a backbone', () => {
    const backbone = small['resnet18']!;
    const rotation = linearHead({ inputShape: [16], classes: 4, layer: 'rotation' });
    const [a, b] = [backbone.init(createRng(0)), rotation.init(createRng(0))];
    const vars = { params: stateDict([...Object.entries(a.params), ...Object.entries(b.params)]), buffers: a.buffers };
    const { y, taps } = backbone.run(vars, imagesFor(backbone), { tap: ['pool'] });
    expect(y.shape).toEqual([2, 3]);
    const four = rotation.run(vars, taps['pool']!).y;
    const expected = tf.add(tf.dot(taps['pool']!, b.params['rotation.weight']!), b.params['rotation.bias']!);
    expect(values(four)).toEqual(values(expected));
  });
});
