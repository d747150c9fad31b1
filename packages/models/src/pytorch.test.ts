import '@tensorflow/tfjs-backend-cpu';
import { valueAndGrad } from '@mixwell/autodiff';
import type { HostTensor, StateDict } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convNetD } from './conv-net-d.ts';
import { fromDisk, toDisk } from './disk.ts';
import { distance, pyTorchFixture } from './fixtures.ts';
import type { Model, Variables } from './model.ts';
import { resnet18 } from './resnet.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const numbers = (x: HostTensor): ArrayLike<number> => x.data as Float64Array;
const nhwc = (x: HostTensor): tf.Tensor => tf.transpose(toTf(x), [0, 2, 3, 1]);

describe.each([
  ['resnet18', resnet18({ inputShape: [16, 16, 3], classes: 5, width: 2 })],
  ['convnet', convNetD({ inputShape: [12, 9, 2], classes: 3, width: 4, depth: 2, norm: 'batch', pooling: 'max' })],
])('%s against PyTorch', (name, model: Model) => {
  const fixture = pyTorchFixture(name);
  const load = (): { vars: Variables; images: tf.Tensor } => ({ vars: fromDisk(model, fixture.state), images: nhwc(fixture.get('images')) });

  it('gives the same logits in eval mode', () => {
    const { vars, images } = load();
    expect(distance(model.run(vars, images).y.dataSync(), numbers(fixture.get('logits.eval')))).toBeLessThan(1e-5);
  });

  it('gives the same logits and running statistics in train mode', () => {
    const { vars, images } = load();
    const { y, buffers } = model.run(vars, images, { mode: 'train' });
    expect(distance(y.dataSync(), numbers(fixture.get('logits.train')))).toBeLessThan(1e-5);
    expect(Object.keys(buffers).sort()).toEqual(Object.keys(fixture.after).sort());
    for (const [key, value] of Object.entries(buffers)) expect(distance(value.dataSync(), numbers(fixture.after[key]!)), key).toBeLessThan(1e-5);
  });

  it('gives the same gradients in train mode', () => {
    const { vars, images } = load();
    const cotangent = toTf(fixture.get('cotangent'));
    const objective = (params: StateDict<tf.Tensor>, x: tf.Tensor): tf.Scalar =>
      tf.sum(tf.mul(model.run({ params, buffers: vars.buffers }, x, { mode: 'train' }).y, cotangent));
    const { grads: [params, x] } = valueAndGrad(objective, { wrt: [0, 1] })(vars.params, images);
    expect(distance(tf.transpose(x, [0, 3, 1, 2]).dataSync(), numbers(fixture.grad['images']!))).toBeLessThan(1e-4);
    const onDisk = toDisk(model, { params, buffers: vars.buffers });
    for (const [key, value] of Object.entries(fixture.grad)) {
      if (key !== 'images') expect(distance(numbers(onDisk[key]!), numbers(value)), key).toBeLessThan(1e-4);
    }
  });

  it('writes the file back as it was, key for key', () => {
    const written = toDisk(model, load().vars);
    expect(Object.keys(written).sort()).toEqual(Object.keys(fixture.state).sort());
    for (const [key, { dtype, shape, data }] of Object.entries(fixture.state)) {
      expect({ key, dtype: written[key]!.dtype, shape: [...written[key]!.shape] }).toEqual({ key, dtype, shape: [...shape] });
      expect(Array.from(written[key]!.data as Float32Array), key).toEqual(Array.from(data as Float32Array));
    }
  });
});
