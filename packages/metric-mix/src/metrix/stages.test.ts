// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import '@mixwell/autodiff';
import { runWithMix } from '@mixwell/mix-core/tf';
import { convNetD, type Variables } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { plainAnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import { createState, makeStep, sgd } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnRows } from '../fixtures.ts';
import { drawLambda, mixPairs } from '../index.ts';
import { batchLoss, lowerPairs, type MetrixBatch, metrixLoss, metrixObjective, multiSimilarity, pairMix } from '../tf.ts';

const model = convNetD({ inputShape: [8, 8, 1], classes: 5, width: 4, depth: 2, norm: 'batch' }); // its logits stand for embeddings
const spec = multiSimilarity({ beta: 2, gamma: 10, m: 0.5 });
const objective = metrixObjective<Variables>(spec, {
  level: 'feature',
  backbone: (vars, x) => model.run(vars, x, { to: 'block1', mode: 'train' }),
  head: (vars, x) => model.run(vars, x, { from: 'block2', mode: 'train' }),
});

function batchOf(seed: number): MetrixBatch & { readonly lambda: tf.Tensor } {
  const [rng, classes] = [createRng(seed), [0, 0, 1, 1, 2, 2]];
  const pairs = lowerPairs(mixPairs(classes, { mode: 'positive-negative', rng, maxPerAnchor: 3 }), { anchors: 6, perAnchor: 3 });
  return { x: tf.reshape(tf.tensor2d(drawnRows(seed, 6, 64)), [6, 8, 8, 1]), labels: tf.tensor1d(classes, 'int32'), pairs, lambda: tf.scalar(drawLambda(rng, 1)[0]!) };
}

describe.each(plainAnd(BACKEND_NAME))('a model of named stages, with batch norms, on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('is resumed at a stage with a row for each pair, as runWithMix does; its running statistics are those of the clean examples', () => {
    tf.tidy(() => {
      const vars = model.init(createRng(1));
      const batch = batchOf(1);
      const got = objective(vars, batch);
      const clean = model.run(vars, batch.x, { mode: 'train' });
      const mixed = runWithMix(model, vars, batch.x, pairMix(batch.pairs, batch.lambda), { stage: 'block1', mode: 'train' }).y;
      const wanted = metrixLoss(spec, clean.y, mixed, batch.pairs, batch.lambda, { clean: batchLoss(spec, clean.y, batch.labels).loss });
      for (const name of ['loss', 'clean', 'mixed', 'active'] as const) expect(got[name].dataSync()[0]).toBeCloseTo(wanted[name].dataSync()[0]!, 5);
      const names = Object.keys(clean.buffers);
      expect(names.length).toBeGreaterThan(3);
      for (const name of names) clean.buffers[name]!.dataSync().forEach((value, i) => expect(got.buffers![name]!.dataSync()[i]).toBeCloseTo(value, 5));
      expect(got.buffers![names[0]!]!.dataSync()[0]).not.toBe(vars.buffers[names[0]!]!.dataSync()[0]);
    });
  });
});

describe('a model of named stages', () => {
  beforeAll(() => tf.setBackend(plainAnd(BACKEND_NAME).at(-1)!));

  it('is trained by a compiled step of @mixwell/train', () => {
    const optimizer = sgd({ learningRate: 0.5 });
    const step = makeStep((vars, batch: ReturnType<typeof batchOf>) => {
      const { loss, clean, mixed, active, buffers } = objective(vars, batch);
      return { loss, ...(buffers && { buffers }), metrics: { clean, mixed, active } };
    }, optimizer);
    let state = createState(model.init(createRng(1)), optimizer);
    const losses = Array.from({ length: 12 }, (_, i) => {
      const batch = batchOf(i % 2);
      const result = step(state, batch, createRng(0));
      state = result.state;
      return result.metrics['clean']!.dataSync()[0]! + 0.4 * result.metrics['mixed']!.dataSync()[0]!;
    });
    expect(losses.at(-1)! + losses.at(-2)!).toBeLessThan(0.8 * (losses[0]! + losses[1]!));
  });
});
