// oxlint-disable import/no-unassigned-import -- back ends register themselves
import '@mixwell/tfjs-onnx';
import { accuracy, softCrossEntropy } from '@mixwell/losses';
import { convNetD } from '@mixwell/models';
import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cosine } from './cosine.ts';
import { fit } from './fit/fit.ts';
import { makeStep } from './make-step.ts';
import { makePredict } from './predict.ts';
import { sgd } from './sgd.ts';
import { createState } from './train-state.ts';
import { leavesOf } from './tree.ts';

const model = convNetD({ inputShape: [8, 8, 1], classes: 3, width: 4, depth: 2, norm: 'batch' });

/** Stripes in one of three directions, with noise. */
function draw(key: string, rows: number) {
  const rng = createRng(0).split(key);
  const labels = Int32Array.from({ length: rows }, () => rng.next() % 3);
  const directions = [(x: number) => x, (_: number, y: number) => y, (x: number, y: number) => x + y];
  const images = Float32Array.from({ length: rows * 64 }, (_, i) => {
    const label = labels[Math.floor(i / 64)]!;
    return Math.sin(directions[label]!(i % 8, Math.floor(i / 8) % 8) * 1.5) + normal(rng, 0, 0.3);
  });
  return { images: hostTensor('float32', [rows, 8, 8, 1], images), labels: hostTensor('int32', [rows], labels) };
}

async function train(backend: string) {
  await tf.setBackend(backend);
  const optimizer = sgd({
    learningRate: cosine({ peak: 0.05, steps: 20, warmup: 2 }), momentum: 0.9, nesterov: true, weightDecay: 1e-3,
    groups: [{ match: (_, shape) => shape.length === 1, weightDecay: 0 }],
  });
  const step = makeStep((vars, { images, labels }: { images: tf.Tensor; labels: tf.Tensor }) => {
    const { y, buffers } = model.run(vars, images, { mode: 'train' });
    const targets = tf.cast(tf.oneHot(labels as tf.Tensor1D, 3), 'float32');
    return { loss: softCrossEntropy(y as tf.Tensor2D, targets as tf.Tensor2D), buffers, metrics: { accuracy: accuracy(y as tf.Tensor2D, labels) } };
  }, optimizer, { clip: { norm: 5 } });
  const predict = makePredict((vars, images) => model.run(vars, images).y);
  const { state, history } = await fit({
    state: createState(model.init(createRng(1)), optimizer), step, rng: createRng(0), epochs: 2,
    batches: ({ epoch, start }) => Array.from({ length: 10 - start }, (_, i) => draw(`${epoch}/${start + i}`, 24)),
    evaluate: async (vars) => ({ accuracy: (await predict(vars, [draw('validation', 60)])).accuracy }),
  });
  const { logits } = await predict(state, [draw('test', 20), draw('more', 7)]);
  return { history, weights: leavesOf(state).flatMap(([, tensor]) => Array.from(tensor.dataSync())), logits };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe('a convolutional network with batch norm', () => {
  it('learns, and compiled on onnxruntime equals a back end without a compiler after 20 steps', async () => {
    const compiled = await train('onnxruntime');
    const plain = await train(plainBackEnd);
    expect(plain.history[1]!.train['loss']).toBeLessThan(0.6 * plain.history[0]!.train['loss']!);
    expect(plain.history[1]!.evaluation['accuracy']).toBeGreaterThan(0.8);
    expect(compiled.history[1]!.evaluation).toEqual(plain.history[1]!.evaluation);
    expect(plain.logits.shape).toEqual([27, 3]);
    expect(distance(compiled.weights, plain.weights)).toBeLessThan(1e-5);
    expect(distance(compiled.logits.data, plain.logits.data)).toBeLessThan(2e-5);
  });
});
