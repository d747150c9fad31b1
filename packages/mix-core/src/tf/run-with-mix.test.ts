import { grad, valueAndGrad } from '@mixwell/autodiff';
import { softCrossEntropy } from '@mixwell/losses';
import { convNetD, mlp, resnet18 } from '@mixwell/models';
import { createRng, type StateDict, stateDict } from '@mixwell/tensor';
import { oneBackEnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { alignmix, atStage, cutmix, manifoldmix, mixup, mixupPlan, oneOf } from '../index.ts';
import { applyMix, lower, type Mix, mixTargets, runWithMix } from '../tf.ts';

const images = (rows: number, shape: readonly number[]): tf.Tensor => tf.tensor(drawnImages(3, [rows, ...shape]).data, [rows, ...shape]);
const valuesOf = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const close = (got: tf.Tensor, wanted: tf.Tensor): void => {
  expect(got.shape).toEqual(wanted.shape);
  const values = valuesOf(wanted);
  valuesOf(got).forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(values[i]!))));
};

describe('runWithMix', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  it('mixes the input, or what a stage gives, and goes on from there', () => {
    tf.tidy(() => {
      const model = convNetD({ inputShape: [8, 12, 1], classes: 3, width: 4, depth: 2 });
      const [vars, x] = [model.init(createRng(1)), images(5, [8, 12, 1])];
      const mix = lower(mixupPlan({ partner: [4, 3, 2, 1, 0], lambda: [0.1, 0.4, 0.5, 0.8, 1] }));
      close(runWithMix(model, vars, x, mix, {}).y, model.run(vars, applyMix(mix, x)).y);
      for (const [stage, next] of [['block1', 'block2'], ['block2', 'head']] as const) {
        const wanted = model.run(vars, applyMix(mix, model.run(vars, x, { to: stage }).y), { from: next });
        close(runWithMix(model, vars, x, mix, { stage }).y, wanted.y);
      }
      close(runWithMix(model, vars, x, mix, { stage: 'head' }).y, applyMix(mix, model.run(vars, x).y));
    });
  });

  it('before a linear head mixes logits: the hidden mode of a regression, with another number of rows', () => {
    tf.tidy(() => {
      const model = mlp({ inputShape: [3], classes: 1, hidden: [5] });
      const [vars, x] = [model.init(createRng(2)), images(4, [3])];
      const plan = { ...mixupPlan({ partner: [1, 2, 3, 0], lambda: 0.3 }), stage: 'fc1' };
      const { y } = runWithMix(model, vars, x, lower(plan), { stage: plan.stage });
      close(y, applyMix(lower(plan), model.run(vars, x).y));
      const three = { ...lower(plan), sources: tf.tensor2d([0, 1, 2, 3, 1, 1], [3, 2], 'int32') };
      expect(runWithMix(model, vars, x, three, { stage: 'fc1' }).y.shape).toEqual([3, 1]);
    });
  });

  it('lets batch norms before the stage see clean data, those behind it mixed data', () => {
    tf.tidy(() => {
      const model = resnet18({ inputShape: [8, 8, 3], classes: 4, width: 4 });
      const [vars, x] = [model.init(createRng(3)), images(4, [8, 8, 3])];
      const mix = lower(mixupPlan({ partner: [1, 0, 3, 2], lambda: 0.5 }));
      const { buffers } = runWithMix(model, vars, x, mix, { stage: 'layer1', mode: 'train' });
      const clean = model.run(vars, x, { to: 'layer1', mode: 'train' });
      const mixed = model.run(vars, applyMix(mix, clean.y), { from: 'layer2', mode: 'train' });
      close(buffers['layer1.0.bn1.running_mean']!, clean.buffers['layer1.0.bn1.running_mean']!);
      close(buffers['layer4.1.bn2.running_var']!, mixed.buffers['layer4.1.bn2.running_var']!);
      expect(Object.keys(buffers).sort()).toEqual(Object.keys(vars.buffers).sort());
    });
  });

  it('taps both sides', () => {
    tf.tidy(() => {
      const model = convNetD({ inputShape: [8, 8, 1], classes: 3, width: 4, depth: 2 });
      const [vars, x] = [model.init(createRng(1)), images(2, [8, 8, 1])];
      const mix = lower(mixupPlan({ partner: [1, 0], lambda: 0.25 }));
      const { taps } = runWithMix(model, vars, x, mix, { stage: 'block1', tap: ['block1', 'block2'] });
      close(taps['block1']!, model.run(vars, x, { to: 'block1' }).y);
      close(taps['block2']!, model.run(vars, applyMix(mix, taps['block1']!), { from: 'block2', to: 'block2' }).y);
    });
  });

  it('lets gradients flow through both images', () => {
    tf.tidy(() => {
      const model = mlp({ inputShape: [3], classes: 2, hidden: [32] });
      const vars = model.init(createRng(4));
      const mix = { ...lower(mixupPlan({ partner: [1, 0], lambda: 0.5 })), sources: tf.tensor2d([0, 1], [1, 2], 'int32') };
      const gradient = valuesOf(grad((x: tf.Tensor) => tf.sum(tf.square(runWithMix(model, vars, x, mix, { stage: 'fc1' }).y)))(images(2, [3])));
      expect(gradient.some((value, i) => i < 3 && value !== 0) && gradient.some((value, i) => i >= 3 && value !== 0)).toBe(true);
    });
  });

  it('names a stage that is not there', () => {
    const model = mlp({ inputShape: [3], classes: 2, hidden: [4] });
    tf.tidy(() => {
      const mix = lower(mixupPlan({ partner: [0], lambda: 1 }));
      expect(() => runWithMix(model, model.init(createRng(4)), images(1, [3]), mix, { stage: 'layer9' })).toThrow(new RangeError("runWithMix: stage must be one of fc1, head, got 'layer9'"));
    });
  });
});

describe.skipIf(oneBackEnd)('a compiled step on the engine', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  it('is traced once a stage for manifold mixup and once more for AlignMix, and trains', () => {
    const model = convNetD({ inputShape: [8, 8, 1], classes: 2, width: 8, depth: 2 });
    // bright images against dark ones, in noise
    const labels = [0, 1, 0, 1, 0, 1, 0, 1];
    const x = tf.add(images(8, [8, 8, 1]), tf.tensor4d(labels.map((label) => label * 2 - 1), [8, 1, 1, 1]));
    const y = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 2), 'float32');
    const traced: string[] = [];
    const backend = tf.backend() as OnnxRuntimeBackend;
    const stepAt = (stage: string | undefined) => backend.compile((params: StateDict<tf.Tensor>, mix: Mix, data: tf.Tensor, targets: tf.Tensor) => {
      traced.push(`${stage}${mix.aligned ? ', aligned' : ''}`);
      const loss = (values: StateDict<tf.Tensor>): tf.Tensor =>
        softCrossEntropy(runWithMix(model, { params: values, buffers: stateDict([]) }, data, mix, { mode: 'train', stage }).y, mixTargets(mix, targets));
      const { value, grads } = valueAndGrad(loss)(params);
      return { loss: value, params: stateDict(Object.entries(params).map(([name, param]) => [name, tf.sub(param, tf.mul(grads[name]!, 0.1))])) };
    });
    const steps = new Map([undefined, 'block1', 'block2'].map((stage) => [stage, stepAt(stage)]));
    const policy = oneOf([alignmix({ stage: 'block2' }), manifoldmix({ stages: ['input', 'block1'] }), atStage('block1', mixup({ alpha: 2 }))]);
    const rng = createRng(5);
    let { params } = model.init(createRng(6));
    const losses: number[] = [];
    for (let i = 0; i < 40; i++) {
      const plan = policy(rng, { rows: 8 });
      const result = steps.get(plan.stage)!(params, lower(plan), x, y);
      losses.push(result.loss.dataSync()[0]!);
      params = result.params;
    }
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
    expect(traced.sort()).toEqual(['block1', 'block2, aligned', 'undefined']);
    expect(mean(losses.slice(-15))).toBeLessThan(0.8 * mean(losses.slice(0, 5)));
  });
});

describe('atStage with places', () => {
  it('mixes a stage in boxes where they were drawn for its size', () => {
    tf.tidy(() => {
      const model = convNetD({ inputShape: [8, 8, 1], classes: 3, width: 4, depth: 2 });
      const [vars, x] = [model.init(createRng(1)), images(2, [8, 8, 1])];
      const plan = atStage('block1', cutmix())(createRng(2), { rows: 2, height: 4, width: 4 });
      expect(runWithMix(model, vars, x, lower(plan), { stage: 'block1' }).y.shape).toEqual([2, 3]);
      expect(() => runWithMix(model, vars, x, lower(plan), { stage: 'block2' })).toThrow('applyMix: images must have shape [batch, 4, 4, …], got [2, 2, 2, 4]');
    });
  });
});
