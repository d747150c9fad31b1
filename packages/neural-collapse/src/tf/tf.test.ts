import '@tensorflow/tfjs-backend-cpu';
import { valueAndGrad } from '@mixwell/autodiff';
import { crossEntropy } from '@mixwell/losses';
import { linearHead } from '@mixwell/models';
import { createRng, stateDict } from '@mixwell/tensor';
import { createState, makeStep, sgd } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { simplexEtf } from '../etf/simplex-etf.ts';
import { featureDecay } from './feature-decay.ts';
import { etfHead } from './etf-head.ts';

describe('etfHead', () => {
  it('is the frame as a linear layer, and stays as it is when frozen', () => {
    const options = { numClasses: 3, featureDim: 4, norm: 2 };
    const params = etfHead('fc', { ...options, rng: createRng(0) });
    const frame = simplexEtf({ ...options, rng: createRng(0) });
    const head = linearHead({ inputShape: [4], classes: 3 });
    const x = tf.tensor2d([[1, 2, -1, 0.5]]);
    const logits = head.run({ params, buffers: stateDict([]) }, x).y.dataSync();
    for (let k = 0; k < 3; k++) expect(logits[k]).toBeCloseTo(frame.data.subarray(4 * k, 4 * k + 4).reduce((sum, value, c) => sum + value * x.dataSync()[c]!, 0), 5);

    const all = stateDict([...Object.entries(params), ['shift', tf.zeros([4])]]);
    const before = [...params['fc.weight']!.dataSync()];
    const optimizer = sgd({ learningRate: 0.1, weightDecay: 0.1, groups: [{ match: 'fc.*', frozen: true }] });
    const step = makeStep((vars) => {
      const features = tf.add(x, vars.params['shift']!) as tf.Tensor2D;
      return { loss: tf.add(crossEntropy(head.run(vars, features).y as tf.Tensor2D, tf.tensor1d([0], 'int32')), featureDecay(features, 0.1)) };
    }, optimizer);
    const { state } = step(createState({ params: all, buffers: stateDict([]) }, optimizer), {}, createRng(0));
    expect([...state.params['fc.weight']!.dataSync()]).toEqual(before);
    expect([...state.params['shift']!.dataSync()].some((value) => value !== 0)).toBe(true);
  });

  it('refuses fewer features than classes − 1', () => {
    expect(() => etfHead('fc', { numClasses: 5, featureDim: 3 })).toThrow('simplexEtf: featureDim must be a whole number >= 4, got 3');
  });
});

describe('featureDecay', () => {
  it('is μ/2 of the mean squared length; its gradient is μ h / n; batches of one', () => {
    const features = tf.tensor2d([[1, 2], [3, -1]]);
    expect(featureDecay(features, 0.1).dataSync()[0]).toBeCloseTo(0.05 * 7.5, 6);
    const { grads } = valueAndGrad((h: tf.Tensor) => featureDecay(h as tf.Tensor2D, 0.1) as tf.Scalar)(features);
    expect([...grads.dataSync()]).toEqual([0.05, 0.1, 0.15, -0.05].map((value) => expect.closeTo(value, 6) as number));
    expect(featureDecay(tf.tensor2d([[3, 4]]), 2).dataSync()[0]).toBeCloseTo(25, 5);
  });

  it('refuses other shapes, and a negative mu', () => {
    expect(() => featureDecay(tf.zeros([2, 2, 2]) as never, 1)).toThrow('featureDecay: features must have shape [batch, features], got [2, 2, 2]');
    expect(() => featureDecay(tf.zeros([2, 2]), -1)).toThrow('featureDecay: mu must be >= 0 and finite, got -1');
  });
});
