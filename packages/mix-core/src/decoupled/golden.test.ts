import { valueAndGrad } from '@mixwell/autodiff';
import { softCrossEntropy } from '@mixwell/losses';
import { featureLearning, patchNetwork, patchNetworkAllPairs } from '@mixwell/models';
import { createRng, type HostTensor } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { earlyStop, mixupPlan, type Policy } from '../index.ts';
import { applyMix, lower, type Mix, mixTargets } from '../tf.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const oneHot = (labels: HostTensor, classes: number): tf.Tensor2D => tf.oneHot(toTf(labels) as tf.Tensor1D, classes, 1, 0, 'float32') as tf.Tensor2D;

/** Loss, logits and gradient of the patch network on a mix of the samples. */
const mixedGradient = (w: tf.Tensor, x: tf.Tensor, targets: tf.Tensor, mix: Mix, power: number) => valueAndGrad((weights: tf.Tensor) => {
  const logits = patchNetwork(weights, applyMix(mix, x), power);
  return { loss: softCrossEntropy(logits, mixTargets(mix, targets)) as tf.Scalar, logits };
})(w);

runGolden('feature-learning', import.meta.url, {
  decoupled_mixup: ({ inputs, params }) => tf.tidy(() => {
    const { lambda_x, lambda_y, power = 2 } = params as Record<string, number>;
    const [w, x] = [toTf(inputs['w']), toTf(inputs['x'])];
    const targets = oneHot(inputs['y'], w.shape[0]!);
    const mix = lower(mixupPlan({ partner: inputs['perm'].data, lambda: lambda_x!, labelLambda: lambda_y! }));
    const { value, grads, aux } = mixedGradient(w, x, targets, mix, power);
    const pairs = valueAndGrad((weights: tf.Tensor) => patchNetworkAllPairs(weights, x, targets, lambda_x!, lambda_y, power))(w);
    return {
      mixed_x: applyMix(mix, x).dataSync(),
      mixed_y: mixTargets(mix, targets).dataSync(),
      logits: aux.logits.dataSync(),
      loss: value.dataSync()[0]!,
      grad_w: grads.dataSync(),
      loss_all_pairs: pairs.value.dataSync()[0]!,
      grad_w_all_pairs: pairs.grads.dataSync(),
    };
  }),

  trajectory: ({ inputs, params }) => tf.tidy(() => {
    const { steps, stop_step, learning_rate, lambda, power = 2 } = params as Record<string, number>;
    const [x, features] = [toTf(inputs['x']), toTf(inputs['features'])];
    const rows = x.shape[0]!;
    const perms: Int32Array = inputs['perms'].data;
    const recorded: Policy = (_, { step = 0 }) => mixupPlan({ partner: perms.subarray(step * rows, (step + 1) * rows), lambda: lambda! });
    const policy = earlyStop(recorded, { stop: stop_step! });
    let w: tf.Tensor = toTf(inputs['w0']);
    const targets = oneHot(inputs['y'], w.shape[0]!);
    const [losses, learned]: [number[], number[]] = [[], []];
    for (let step = 0; step < steps!; step++) {
      const { value, grads } = mixedGradient(w, x, targets, lower(policy(createRng(0), { rows, step })), power);
      w = tf.sub(w, tf.mul(grads, learning_rate!));
      losses.push(value.dataSync()[0]!);
      learned.push(...featureLearning(w, features).dataSync());
    }
    return { losses, feature_learning: learned, w_final: w.dataSync() };
  }),
});
