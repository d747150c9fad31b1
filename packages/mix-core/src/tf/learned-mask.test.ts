import { compile, valueAndGrad } from '@mixwell/autodiff';
import { softCrossEntropy } from '@mixwell/losses';
import { convNetD } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { randomNormal } from '@mixwell/tensor/tf';
import { oneBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { mixupPlan } from '../index.ts';
import { applyMix, lower, type Mix, mixTargets } from '../tf.ts';

/** A mask made by weights [channels, 1] from the features of both images, as AutoMix makes one: sigmoid of a score on a coarse grid, four times as large as the grid. */
function learnedMix(score: tf.Tensor2D, features: tf.Tensor, { sources, labelWeights }: Mix): Mix {
  const [rows, height, width, channels] = features.shape as [number, number, number, number];
  const partner = tf.gather(features, tf.reshape(tf.slice(sources, [0, 1], [rows, 1]), [rows]));
  const scores = tf.reshape<tf.Rank.R4>(tf.matMul(tf.reshape(tf.sub(partner, features), [-1, channels]), score), [rows, height, 1, width]);
  const grown = tf.reshape(tf.tile(tf.reshape(tf.tile(scores, [1, 1, 4, 1]), [rows, 4 * height, width, 1]), [1, 1, 1, 4]), [rows, 4 * height, 4 * width, 1]);
  const theirs = tf.sigmoid(grown);
  return { sources, labelWeights, weights: tf.concat([tf.sub(1, theirs), theirs], 3) };
}

describe.skipIf(oneBackEnd)('a learned mask', () => {
  it('is a mix like any other: gradients of the loss on mixed images reach what made it', async () => {
    await tf.setBackend(BACKEND_NAME);
    const model = convNetD({ inputShape: [8, 8, 1], classes: 2, width: 8, depth: 2 });
    const vars = model.init(createRng(1));
    const x = tf.tensor4d(drawnImages(2, [4, 8, 8, 1]).data, [4, 8, 8, 1]);
    const y = tf.tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]);
    const { y: features } = model.run(vars, x, { to: 'block2' });
    const plan = lower(mixupPlan({ partner: [1, 2, 3, 0], lambda: 0.4 }));
    const step = compile((score: tf.Tensor2D) => {
      const loss = (value: tf.Tensor2D): tf.Tensor => {
        const mix = learnedMix(value, features, plan);
        return softCrossEntropy(model.run(vars, applyMix(mix, x)).y, mixTargets(mix, y));
      };
      const { value, grads } = valueAndGrad(loss)(score);
      return { value, score: tf.sub<tf.Tensor2D>(score, tf.mul(grads, 5)) };
    });
    let score = randomNormal(createRng(3), [8, 1], 0, 0.01) as tf.Tensor2D;
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) {
      const next = step(score);
      losses.push(next.value.dataSync()[0]!);
      score = next.score;
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.01);
  });
});
