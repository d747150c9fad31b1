import { softCrossEntropy } from '@mixwell/losses';
import { mixup } from '@mixwell/mix-core';
import { lower, mixTargets } from '@mixwell/mix-core/tf';
import { createRng } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierTrainer } from '../images/classifier-trainer.ts';
import { brightRowTask } from '../images/fixtures.ts';
import { convNetRecipe } from '../images/recipe.ts';
import { decoupledLoss, mixupLoss } from './losses.ts';
import { stepTimeClaim } from './step-time.ts';

beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

describe('losses of a mix', () => {
  it('are the cross entropy of mixed labels, and more by what the decoupled terms add', () => {
    const mix = lower(mixup({ per: 'sample' })(createRng(1), { rows: 5 }), { shape: [5] });
    const labels = tf.tensor1d([0, 1, 2, 3, 2], 'int32');
    const logits = tf.tensor2d(Float32Array.from({ length: 20 }, (_, i) => Math.sin(i)), [5, 4]);
    const value = (loss: tf.Tensor): number => loss.dataSync()[0]!;
    const soft = value(softCrossEntropy(logits, mixTargets(mix, tf.oneHot(labels, 4, 1, 0, 'float32'))));
    expect(value(mixupLoss(logits, labels, mix))).toBeCloseTo(soft, 5);
    expect(value(decoupledLoss(0)(logits, labels, mix))).toBeCloseTo(soft, 5);
    const [one, two] = [0.1, 0.2].map((eta) => value(decoupledLoss(eta)(logits, labels, mix)) - soft);
    expect(one).toBeGreaterThan(0.01);
    expect(two! / one!).toBeCloseTo(2, 3);
  });
});

describe('training with decoupled mixup', () => {
  it('learns, and tells how long steps take, and leaves no tensor behind', async () => {
    const recipe = convNetRecipe(brightRowTask, { images: 500, epochs: 5, lastEpochs: 1 });
    const before = tf.memory().numTensors;
    expect((await classifierTrainer(brightRowTask, recipe)({ policy: mixup(), loss: decoupledLoss(0.1) }, 0, () => {})).accuracy).toBeGreaterThan(0.8);
    const { measured } = stepTimeClaim(brightRowTask, recipe, { turns: 2, steps: 2 });
    expect(measured['ms, mixup']).toBeGreaterThan(0);
    expect(measured['ratio, median']).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
  });
});
