import { compile, valueAndGrad } from '@mixwell/autodiff';
import { softCrossEntropy } from '@mixwell/losses';
import { resnet18, type Variables } from '@mixwell/models';
import { createRng, type HostTensor, hostTensor, integer, normal, type StateDict } from '@mixwell/tensor';
import { oneBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { attentivemix, type Batch, choosePolicy, guidedmixup, mixup, oneOf, type Plan, saliencymix, snapmix } from '../index.ts';
import { applyMix, classActivationMap, gradientSaliency, lower, type Mix, mixTargets } from '../tf.ts';

const [rows, size, classes] = [12, 12, 3];
const model = resnet18({ inputShape: [size, size, 1], classes, width: 4 });

/** Images with noise and a bright square, whose class says in which third of the columns it lies. */
function drawBatch(seed: number): { images: HostTensor<'float32'>; labels: number[] } {
  const rng = createRng(seed);
  const labels = Array.from({ length: rows }, (_, row) => row % classes);
  const corners = labels.map((label) => [integer(rng, 0, size - 4), 4 * label] as const);
  const images = Float32Array.from({ length: rows * size * size }, (_, i) => {
    const [y, x] = [Math.floor(i / size) % size, i % size];
    const [top, left] = corners[Math.floor(i / (size * size))]!;
    return 0.3 * normal(rng) + (y >= top && y < top + 4 && x >= left && x < left + 4 ? 1 : 0);
  });
  return { images: hostTensor('float32', [rows, size, size, 1], images), labels };
}

const snap = snapmix({ per: 'sample' });
const policies = { mixup: mixup(), saliency: saliencymix({ per: 'sample' }), attentive: attentivemix(), guided: guidedmixup(), snap };

describe.skipIf(oneBackEnd)('training with maps of the network itself', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  const traces = { gradients: 0, activations: 0, attention: 0, step: 0 };
  const cleanLoss = (x: tf.Tensor4D, vars: Variables, y: tf.Tensor): tf.Scalar => softCrossEntropy(model.run(vars, x).y, y);
  const gradients = compile((x: tf.Tensor4D, vars: Variables, y: tf.Tensor) => {
    traces.gradients += 1;
    return gradientSaliency(cleanLoss)(x, vars, y);
  });
  const features = (vars: Variables, x: tf.Tensor): tf.Tensor => model.run(vars, x, { tap: ['layer4'] }).taps['layer4']!;
  const activations = compile((vars: Variables, x: tf.Tensor, labels: tf.Tensor) => {
    traces.activations += 1;
    return classActivationMap({ features: features(vars, x), weights: vars.params['fc.weight']!, bias: vars.params['fc.bias']!, labels, height: size, width: size });
  });
  const attention = compile((vars: Variables, x: tf.Tensor) => {
    traces.attention += 1;
    return tf.mean(features(vars, x), -1);
  });
  const step = compile(({ params, buffers }: Variables, mix: Mix, x: tf.Tensor, y: tf.Tensor) => {
    traces.step += 1;
    const { value, grads, aux } = valueAndGrad((p: StateDict<tf.Tensor>) => {
      const run = model.run({ params: p, buffers }, applyMix(mix, x), { mode: 'train' });
      return { loss: softCrossEntropy(run.y, mixTargets(mix, y)), buffers: run.buffers };
    })(params);
    const moved = Object.fromEntries(Object.entries(params).map(([name, at]) => [name, tf.sub(at, tf.mul(grads[name]!, 0.1))])) as StateDict<tf.Tensor>;
    return { loss: value, vars: { params: moved, buffers: aux.buffers } };
  });
  const host = (maps: tf.Tensor): HostTensor<'float32'> => hostTensor('float32', maps.shape, maps.dataSync<'float32'>());

  it('lowers the loss of unmixed images, and compiles each function once whatever is drawn', () => {
    const policy = oneOf(Object.values(policies));
    const rng = createRng(4);
    const { images, labels } = drawBatch(1);
    const [x, y] = [tf.tensor4d(images.data, [rows, size, size, 1]), tf.oneHot(tf.tensor1d(labels, 'int32'), classes, 1, 0, 'float32')];
    const evidence = (vars: Variables, chosen: typeof policy): Batch => {
      const needs = (name: keyof Batch): boolean => chosen.needs?.includes(name as 'saliency') ?? false;
      return {
        rows, height: size, width: size, labels,
        ...(needs('saliency') && { saliency: host(chosen === snap ? activations(vars, x, tf.tensor1d(labels, 'int32')) : gradients(x, vars, y)) }),
        ...(needs('attention') && { attention: host(attention(vars, x)) }),
      };
    };
    let vars = model.init(createRng(3));
    const before = cleanLoss(x, vars, y).dataSync()[0]!;
    const kinds = new Set<Plan['kind']>();
    const drawn = new Set<unknown>();
    for (let i = 0; i < 24; i++) {
      const chosen = choosePolicy(policy, rng, i);
      drawn.add(chosen);
      const plan = chosen(rng, evidence(vars, chosen));
      kinds.add(plan.kind);
      const result = step(vars, lower(plan, { shape: [rows, size, size], taps: 4 }), x, y);
      expect(result.loss.dataSync()[0]).toBeLessThan(10);
      vars = result.vars;
    }
    expect([drawn.size, kinds.size]).toEqual([5, 3]);
    expect(cleanLoss(x, vars, y).dataSync()[0]).toBeLessThan(before / 2);
    expect(traces).toEqual({ gradients: 1, activations: 1, attention: 1, step: 1 });
  });
});
