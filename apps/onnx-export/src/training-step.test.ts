import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { valueAndGrad } from '@mixwell/autodiff';
import type { Model, Variables } from '@mixwell/models';
import { checkOnnxFiles, type OnnxFileTensor, onnxPython, runOnnxFile } from '@mixwell/testing';
import { type ArgumentSpec, toOnnx, trace } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { network, temporaryFolder } from './fixtures.ts';

type Tensors = Readonly<Record<string, tf.Tensor>>;

interface State {
  readonly params: Tensors;
  readonly momentum: Tensors;
  readonly buffers: Tensors;
}

interface Step {
  readonly state: State;
  readonly loss: tf.Tensor;
}

const mapTensors = (tensors: Tensors, map: (tensor: tf.Tensor, name: string) => tf.Tensor): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]));

/** Forward in training mode, backward, SGD with momentum 0.9. */
function stepOf(model: Model): (state: State, images: tf.Tensor, labels: tf.Tensor) => Step {
  return ({ params, momentum, buffers }, images, labels) => {
    const objective = (values: Tensors): { loss: tf.Scalar; buffers: Tensors } => {
      const { y, buffers: moved } = model.run({ params: values, buffers } as Variables, images, { mode: 'train', updateBuffers: true });
      return { loss: tf.mean<tf.Scalar>(tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(y)), -1))), buffers: moved };
    };
    const { value, aux, grads } = valueAndGrad(objective)(params);
    const next = mapTensors(momentum, (own, name) => tf.add(tf.mul(own, 0.9), (grads as Tensors)[name]!));
    return { state: { params: mapTensors(params, (own, name) => tf.sub(own, tf.mul(0.05, next[name]!))), momentum: next, buffers: aux.buffers }, loss: value };
  };
}

const specs = (tensors: Tensors): Record<string, ArgumentSpec> => Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, { shape, dtype: 'float32' }]));
const host = (tensor: tf.Tensor): OnnxFileTensor => ({ dtype: 'float32', shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) });

const images = { inputShape: [16, 16, 3], classes: 4 } as const;
const networks: readonly [string, Readonly<Record<string, unknown>>][] = [['resnet18', { ...images, width: 4 }], ['convnet', { ...images, width: 4, depth: 2 }], ['vit', { ...images, patch: 4, dim: 8, depth: 1, heads: 2 }]];

describe('a whole training step of a network', () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  it.each(networks)('of %s is a file with an open batch, which does what TensorFlow.js does', async (name, options) => {
    const { model, vars: { params, buffers } } = network(name, options);
    const state: State = { params, momentum: mapTensors(params, (own) => tf.mul(own, 0.01)), buffers };
    const step = stepOf(model);
    const graph = trace(step, [
      { params: specs(params), momentum: specs(params), buffers: specs(buffers) }, { shape: ['batch', 16, 16, 3], dtype: 'float32', name: 'images' }, { shape: ['batch', 4], dtype: 'float32', name: 'labels' },
    ]);
    const file = toOnnx(graph);
    for (const batch of [2, 7]) {
      const x = tf.cos(tf.reshape(tf.range(0, batch * 768), [batch, 16, 16, 3]));
      const labels = tf.cast(tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, i) => i % 4), 'int32'), 4), 'float32');
      const fed = [...Object.values(state).flatMap((tensors: Tensors) => Object.values(tensors)), x, labels];
      const feeds = Object.fromEntries(graph.inputs.map((input, i) => [input.name, host(fed[i]!)]));
      const { state: next, loss } = step(state, x, labels);
      const expected = [['loss', loss], ...Object.entries(next).flatMap(([part, tensors]) => Object.entries(tensors as Tensors).map(([key, tensor]) => [`state.${part}.${key}`, tensor]))] as [string, tf.Tensor][];
      for (const runtime of ['node', 'web'] as const) {
        const got = await runOnnxFile(runtime, file, feeds);
        const worst = Math.max(...expected.flatMap(([key, tensor]) => Array.from(tensor.dataSync(), (value, i) => Math.abs(value - Number(got[key]!.data[i])))));
        expect([runtime, batch, worst < 1e-5]).toEqual([runtime, batch, true]);
      }
    }
    if (onnxPython === undefined) return;
    const path = join(temporaryFolder(), 'step.onnx');
    writeFileSync(path, file);
    expect(checkOnnxFiles([path])).toEqual([]);
  });
});
