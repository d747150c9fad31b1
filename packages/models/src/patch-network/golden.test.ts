import { valueAndGrad } from '@mixwell/autodiff';
import { toTf } from '@mixwell/tensor/tf';
import { runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { patchNetwork } from './patch-network.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

runGolden('feature-learning', import.meta.url, {
  network: ({ inputs, params }) => tf.tidy(() => {
    const [w, x] = [toTf(inputs['w']), toTf(inputs['x'])];
    const targets = tf.oneHot(toTf(inputs['y']) as tf.Tensor1D, w.shape[0]!, 1, 0, 'float32');
    const { value, grads, aux } = valueAndGrad((weights: tf.Tensor) => {
      const logits = patchNetwork(weights, x, params['power'] as number);
      return { loss: tf.losses.softmaxCrossEntropy(targets, logits) as tf.Scalar, logits };
    })(w);
    return { logits: aux.logits.dataSync(), loss: value.dataSync()[0]!, grad_w: grads.dataSync() };
  }),
});
