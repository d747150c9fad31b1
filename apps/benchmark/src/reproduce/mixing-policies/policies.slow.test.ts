import { noMixing } from '@mixwell/mix-core';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierTrainer, type Way } from '../images/classifier-trainer.ts';
import { brightRowTask } from '../images/fixtures.ts';
import { convNetRecipe } from '../images/recipe.ts';
import { budget } from './mixing-policies.ts';
import { featureWays, saliencyWays, staticWays } from './policies.ts';

const recipe = convNetRecipe(brightRowTask, { ...budget, images: 200, epochs: 2, lastEpochs: 1 });
const ways: Readonly<Record<string, Way>> = { none: { policy: noMixing }, ...staticWays, ...saliencyWays(recipe.model), ...featureWays };

describe('every policy of the comparison', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  const train = classifierTrainer(brightRowTask, recipe);
  it.each(Object.keys(ways))('%s trains, leaves no tensor behind, and does the same again', async (name) => {
    const before = tf.memory().numTensors;
    const { msPerStep, ...outcome } = await train(ways[name]!, 0, () => {});
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.values(outcome).every(Number.isFinite)).toBe(true);
    expect(msPerStep).toBeGreaterThan(0);
    expect(await train(ways[name]!, 0, () => {})).toEqual({ ...outcome, msPerStep: expect.any(Number) as number });
  });
});
