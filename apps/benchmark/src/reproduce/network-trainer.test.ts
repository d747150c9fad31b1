import { negativeLogLikelihood } from '@mixwell/calibration';
import { overlapPairs } from '@mixwell/data';
import { mixup, noMixing } from '@mixwell/mix-core';
import { lower } from '@mixwell/mix-core/tf';
import { mlp } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import { adamW } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mixedCrossEntropy } from './calibration/ways.ts';
import { firstShare, networkTrainer, sourceLabels } from './network-trainer.ts';
import { ways } from './rankmixup/ways.ts';

describe('networkTrainer', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });
  const model = mlp({ inputShape: [64], classes: 4, hidden: [16] });
  const recipe = { model, optimizer: adamW({ learningRate: 1e-2 }), batchSize: 20, epochs: 15 };
  const train = overlapPairs({ n: 200, classes: 4, overlap: 0, rng: createRng(1) });
  const tests = { test: overlapPairs({ n: 100, classes: 4, overlap: 0, rng: createRng(2), centres: train.centres }) };

  it('learns, does the same with the same generator, and leaves no tensor behind', async () => {
    const run = networkTrainer({ ...recipe, objective: mixedCrossEntropy(model) });
    const before = tf.memory().numTensors;
    const { test } = await run({ train, policy: noMixing, rng: createRng(3), tests });
    expect(tf.memory().numTensors).toBe(before);
    expect(negativeLogLikelihood({ logits: test }, tests.test.labels)).toBeLessThan(0.1);
    expect(await run({ train, policy: noMixing, rng: createRng(3), tests })).toEqual({ test });
    expect(await run({ train, policy: mixup(), rng: createRng(3), tests })).not.toEqual({ test });
  });

  it.each(Object.entries(ways))('learns with the objective of RankMixup: %s', async (_, { policy, objective }) => {
    const { test } = await networkTrainer({ ...recipe, objective: objective(model) })({ train, policy, rng: createRng(4), tests });
    expect(negativeLogLikelihood({ logits: test }, tests.test.labels)).toBeLessThan(0.5);
  });

  it('reads the labels of sources and the share of the first off a mix', () => {
    const mix = lower(mixup({ lambda: 0.75 })(createRng(5), { rows: 4 }), { shape: [4] });
    const labels = tf.tensor1d([3, 2, 1, 0], 'int32');
    expect([...sourceLabels(mix, labels, 0).dataSync()]).toEqual([3, 2, 1, 0]);
    expect([...sourceLabels(mix, labels, 1).dataSync()]).toEqual(Array.from(mix.sources.dataSync()).filter((_, i) => i % 2 === 1).map((source) => 3 - source));
    expect([...firstShare(mix).dataSync()]).toEqual([0.75, 0.75, 0.75, 0.75]);
    tf.dispose([labels, mix.sources, mix.weights, mix.labelWeights]);
  });
});
