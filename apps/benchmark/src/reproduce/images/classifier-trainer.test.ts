import { mixup, noMixing, puzzlemix, manifoldmix } from '@mixwell/mix-core';
import { createRng } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierTrainer, trainWays, type Way } from './classifier-trainer.ts';
import { brightRowTask } from './fixtures.ts';
import { sampleImages } from './image-task.ts';
import { observers } from './observers.ts';
import { convNetRecipe } from './recipe.ts';

const recipe = convNetRecipe(brightRowTask, { images: 500, epochs: 6, lastEpochs: 2 });
const ways = {
  none: { policy: noMixing },
  mixup: { policy: mixup() },
  PuzzleMix: { policy: puzzlemix(), observe: observers(recipe.model).gradient },
  ManifoldMix: { policy: manifoldmix({ stages: ['input', 'block1'] }) },
} satisfies Record<string, Way>;

describe('training to compare policies', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  it('learns with every kind of policy, leaves no tensor behind, and tells of every epoch', async () => {
    const before = tf.memory().numTensors;
    const told: string[] = [];
    const outcomes = await trainWays(classifierTrainer(brightRowTask, recipe), ways, [0], (way, seed) => told.push(`${way} ${seed}`));
    expect(tf.memory().numTensors).toBe(before);
    expect(told).toEqual(Object.keys(ways).flatMap((way) => Array.from({ length: 6 }, () => `${way} 0`)));
    for (const [outcome] of Object.values(outcomes)) expect(outcome!.accuracy).toBeGreaterThan(0.8);
    expect(outcomes.none[0]!.cleanLoss).toBeLessThan(outcomes.mixup[0]!.cleanLoss);
    expect(outcomes.mixup[0]!.mixedLoss).toBeGreaterThan(outcomes.mixup[0]!.cleanLoss);
  });

  it('does the same with the same seed', async () => {
    const train = classifierTrainer(brightRowTask, convNetRecipe(brightRowTask, { images: 200, epochs: 2, lastEpochs: 1 }));
    const run = async (seed: number): Promise<object> => ({ ...(await train(ways.mixup, seed, () => {})), msPerStep: 0 });
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });
});

describe('sampleImages', () => {
  it('takes the same share of every class, and draws labels anew for some', () => {
    const { images, labels } = sampleImages(createRng(1), brightRowTask.train, 200);
    expect(images.shape).toEqual([200, 16, 16, 1]);
    expect(Array.from({ length: 10 }, (_, label) => labels.data.filter((value) => value === label).length)).toEqual(Array.from({ length: 10 }, () => 20));
    const noisy = sampleImages(createRng(1), brightRowTask.train, 200, 0.5);
    expect(noisy.images).toEqual(images);
    const changed = noisy.labels.data.filter((label, i) => label !== labels.data[i]).length;
    expect(changed).toBeGreaterThan(60); // 0.5 · 0.9 · 200 = 90
    expect(changed).toBeLessThan(120);
  });
});
