import { valueAndGrad } from '@mixwell/autodiff';
import type { HostTensor, StateDict } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convNetD } from './conv-net-d.ts';
import { fromDisk, toDisk } from './disk.ts';
import { distance, pyTorchFixture } from './fixtures.ts';
import type { Model, Variables } from './model.ts';
import { withOwnNames } from './file-names.ts';
import { resnet18, resnet50 } from './resnet/resnet.ts';
import { resnext29 } from './resnet/resnext.ts';
import { wideResNet } from './resnet/wide-resnet.ts';
import { vit } from './vit/vit.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const numbers = (x: HostTensor): ArrayLike<number> => x.data as Float64Array;
const nhwc = (x: HostTensor): tf.Tensor => tf.transpose(toTf(x), [0, 2, 3, 1]);

const own = (model: Model, file: StateDict<HostTensor>): Record<string, HostTensor> => withOwnNames('test', model.name, file);

/**
 * How much of its digits a network loses in train mode: PyTorch's own float32 is 1.1e-5 (logits) and 3e-4 (gradients) from its float64 for this ResNet-50,
 * wasm 3e-3 (gradients).
 */
const conditioning = (name: string): number => (name === 'resnet50' ? 50 : 1);

describe.each([
  ['resnet18', resnet18({ inputShape: [16, 16, 3], classes: 5, width: 2 })],
  ['convnet', convNetD({ inputShape: [12, 9, 2], classes: 3, width: 4, depth: 2, norm: 'batch', pooling: 'max' })],
  ['resnet50', resnet50({ inputShape: [48, 40, 1], classes: 4, width: 2, stem: 'imagenet' })],
  ['resnext29', resnext29({ inputShape: [16, 12, 3], classes: 5, width: 4, cardinality: 4, widthPerGroup: 32 })],
  ['wideresnet', wideResNet({ inputShape: [12, 16, 3], classes: 5, depth: 16, widen: 2, width: 2 })],
  ['vit', vit({ inputShape: [12, 8, 3], classes: 5, patch: 4, dim: 16, depth: 2, heads: 4, mlpRatio: 2.5 })],
  ['deit', vit({ inputShape: [8, 8, 3], classes: 5, patch: 4, dim: 12, depth: 2, heads: 3, mlpRatio: 2, distilled: true })],
  ['vit-mean', vit({ inputShape: [6, 9, 1], classes: 4, patch: 3, dim: 8, depth: 2, heads: 2, classToken: false })],
])('%s against PyTorch', (name, model: Model) => {
  const fixture = pyTorchFixture(name);
  const load = (): { vars: Variables; images: tf.Tensor } => ({ vars: fromDisk(model, fixture.state), images: nhwc(fixture.get('images')) });

  it('gives the same logits in eval mode', () => {
    const { vars, images } = load();
    expect(distance(model.run(vars, images).y.dataSync(), numbers(fixture.get('logits.eval')))).toBeLessThan(1e-5);
  });

  it.runIf(model.name.includes('vit') || Object.keys(fixture.seen).length > 0)('shows the same inner values', () => {
    const { vars, images } = load();
    expect(Object.keys(fixture.seen)).not.toEqual([]);
    const { taps } = model.run(vars, images, { tap: Object.keys(fixture.seen) });
    for (const [key, value] of Object.entries(fixture.seen)) {
      expect(taps[key]!.shape, key).toEqual([...value.shape]);
      expect(distance(taps[key]!.dataSync(), numbers(value)), key).toBeLessThan(1e-5);
    }
  });

  it('gives the same logits and running statistics in train mode', () => {
    const { vars, images } = load();
    const { y, buffers } = model.run(vars, images, { mode: 'train' });
    expect(distance(y.dataSync(), numbers(fixture.get('logits.train')))).toBeLessThan(1e-5 * conditioning(name));
    expect(Object.keys(buffers).sort()).toEqual(Object.keys(own(model, fixture.after)).sort());
    for (const [key, value] of Object.entries(buffers)) expect(distance(value.dataSync(), numbers(own(model, fixture.after)[key]!)), key).toBeLessThan(1e-5 * conditioning(name));
  });

  it('gives the same gradients in train mode', () => {
    const { vars, images } = load();
    const cotangent = toTf(fixture.get('cotangent'));
    const objective = (params: StateDict<tf.Tensor>, x: tf.Tensor): tf.Scalar =>
      tf.sum(tf.mul(model.run({ params, buffers: vars.buffers }, x, { mode: 'train' }).y, cotangent));
    const { grads: [params, x] } = valueAndGrad(objective, { wrt: [0, 1] })(vars.params, images);
    expect(distance(tf.transpose(x, [0, 3, 1, 2]).dataSync(), numbers(fixture.grad['images']!))).toBeLessThan(1e-4 * conditioning(name));
    const onDisk = toDisk(model, { params, buffers: vars.buffers });
    for (const [key, value] of Object.entries(own(model, fixture.grad))) {
      if (key !== 'images') expect(distance(numbers(onDisk[key]!), numbers(value)), key).toBeLessThan(1e-4 * conditioning(name));
    }
  });

  it('writes the file back as it was, key for key, under the names of this package', () => {
    const written = toDisk(model, load().vars);
    const state = own(model, fixture.state);
    expect(Object.keys(written).sort()).toEqual(Object.keys(state).sort());
    for (const [key, { dtype, shape, data }] of Object.entries(state)) {
      expect({ key, dtype: written[key]!.dtype, shape: [...written[key]!.shape] }).toEqual({ key, dtype, shape: [...shape] });
      expect(Array.from(written[key]!.data as Float32Array), key).toEqual(Array.from(data as Float32Array));
    }
  });
});
