import { createPartnerSampler, regressionMetrics } from '@mixwell/mix-core';
import { createRng, hostTensor } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convRegressor, denseRegressor } from './networks.ts';
import { autoMpg, gapminder, rcf, singleIndex } from './tasks.ts';
import { type RegressionTask, regressorTrainer } from './train-regressor.ts';
import { bestOnValidation, byShare, metrics, plain, reported, trainWays, uniformly } from './ways.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

const sizesOf = ({ train, validation, test }: RegressionTask): number[] => [train.length, validation.length, test.length];

function expectDisjoint({ train, validation, test, labels }: RegressionTask): void {
  expect(new Set([...train, ...validation, ...test]).size).toBe(labels.length);
}

describe('tasks', () => {
  it('are those of the seed, with parts that share nothing', () => {
    expect(singleIndex(1)).toEqual(singleIndex(1));
    expect(singleIndex(1).labels).not.toEqual(singleIndex(2).labels);
    expect(sizesOf(autoMpg(0))).toEqual([236, 78, 78]);
    for (const task of [singleIndex(0), autoMpg(0), gapminder(0)]) expectDisjoint(task);
  });

  it('scale tables by what the training part holds', () => {
    const { inputs, train } = autoMpg(3);
    const columns = inputs.shape[1]!;
    for (let column = 0; column < columns; column++) {
      const values = Array.from(train, (row) => inputs.data[row * columns + column]!);
      expect(Math.min(...values)).toBeCloseTo(0, 6);
      expect(Math.max(...values)).toBeCloseTo(1, 6);
    }
  });

  it('test on countries that training never saw, eleven rows each', () => {
    const { testGroups } = gapminder(0);
    const counts = new Map<string, number>();
    for (const country of testGroups) counts.set(country, (counts.get(country) ?? 0) + 1);
    expect(new Set(counts.values())).toEqual(new Set([11]));
    expect(testGroups).not.toEqual(gapminder(1).testGroups);
  });

  it('turn and colour images of one class, with colours that mislead in the test', () => {
    const rng = createRng(1);
    const images = { images: hostTensor('uint8', [40, 6, 6, 1], Uint8Array.from({ length: 1440 }, () => rng.next() & 255)), labels: hostTensor('int32', [40], Int32Array.from({ length: 40 }, (_, i) => i % 2)), classes: 2 };
    const task = rcf(images, 1, [10, 4, 5], 0);
    expect(task.inputs.shape).toEqual([19, 6, 6, 3]);
    expect(task.testGroups.filter((group) => group === 'majority')).toHaveLength(4);
    expectDisjoint(task);
  });
});

describe('training', () => {
  const ways = { 'ERM': plain, 'mixup': uniformly, 'C-Mixup': byShare(0.1) };

  it('learns, mixed or not, at the input or behind the first layer, the same with the same seed', async () => {
    for (const mixAt of ['input', 'hidden'] as const) {
      const train = regressorTrainer({ network: denseRegressor(10), batchSize: 32, epochs: 6, learningRate: 1e-2, mixAt });
      const results = await trainWays(train, singleIndex, ways, [0], () => undefined);
      for (const [result] of Object.values(results)) {
        const { labels, test } = result!.task;
        expect(result!.test).toEqual(regressionMetrics(result!.predictions, Float32Array.from(test, (i) => labels[i]!)));
        expect(result!.test.r).toBeGreaterThan(0.8);
      }
      const again = await train(singleIndex(0), createPartnerSampler(new Float32Array(300), { bandwidth: 1 }), 0);
      expect(again.predictions).toEqual(results['mixup']![0]!.predictions);
      expect(bestOnValidation(results, ['ERM', 'C-Mixup'])[0]!.validationRmse).toBe(Math.min(results['ERM']![0]!.validationRmse, results['C-Mixup']![0]!.validationRmse));
    }
  });

  it('tells of the worst group, and of the differences', async () => {
    const train = regressorTrainer({ network: denseRegressor(3), batchSize: 64, epochs: 2, learningRate: 1e-2, mixAt: 'hidden' });
    const results = await trainWays(train, gapminder, ways, [0, 1], () => undefined);
    const { measured, holds } = reported('worst country', results, metrics.worst, [0, 1]);
    expect(holds).toBeNull();
    expect(Object.keys(measured)).toEqual(['ERM', 'mixup', 'C-Mixup', 'C-Mixup − ERM', 'C-Mixup − mixup']);
    for (const [i, result] of results['ERM']!.entries()) expect(metrics.worst(result)).toBeGreaterThanOrEqual(results['ERM']![i]!.test.rmse);
  });

  it('leaves no tensors behind, of images either', async () => {
    const rng = createRng(2);
    const task: RegressionTask = {
      inputs: hostTensor('float32', [12, 8, 8, 3], Float32Array.from({ length: 2304 }, () => (rng.next() & 255) / 255)), labels: Float32Array.from({ length: 12 }, (_, i) => i / 12),
      train: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7), validation: Int32Array.of(8, 9), test: Int32Array.of(10, 11),
    };
    const train = regressorTrainer({ network: convRegressor(3), batchSize: 4, epochs: 2, learningRate: 1e-3, mixAt: 'hidden' });
    await train(task, null, 0);
    const before = tf.memory().numTensors;
    await train(task, null, 0);
    expect(tf.memory().numTensors).toBe(before);
  });
});
