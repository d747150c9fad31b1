// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import * as autodiff from '@mixwell/autodiff';
import { plainAnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as all from '../tf.ts';
import { type Batch, batchOf, examplesOf, type Losses, losses } from './fixtures.ts';

const names = Object.keys(losses);
const here: Losses = { tf, ...all };
const { rows, labels: classes } = batchOf(1, 9, 4, 3);
const near = (got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void => {
  expect(got).toHaveLength(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(tolerance * (1 + Math.abs(value))));
};

const degenerate: Readonly<Record<string, Batch>> = {
  'one class': { rows, labels: rows.map(() => 1) },
  'all classes distinct': { rows, labels: rows.map((_, i) => i) },
  'equal rows': { rows: rows.map((_, i) => rows[i % 2]!), labels: classes },
  'all rows equal': { rows: rows.map(() => [1, 2, 0, -1]), labels: classes },
  'one sample': { rows: [[1, 2, 3, 4]], labels: [0] },
  'a row of zeros': { rows: [[0, 0, 0, 0], ...rows.slice(1)], labels: classes },
  'only zeros': { rows: rows.map(() => [0, 0, 0, 0]), labels: classes },
  'opposite rows': { rows: rows.map((_, i) => [i % 2 === 0 ? 3 : -3, 0, 0, 0]), labels: classes },
};

describe.each(plainAnd(BACKEND_NAME))('pair losses on %s', (backEnd) => {
  beforeAll(async () => { await tf.setBackend(backEnd); });

  it.each(names)('%s and its gradient are finite on degenerate batches, and 0 where there is no pair', (name) => {
    for (const [what, batch] of Object.entries(degenerate)) {
      const { embeddings, labels } = examplesOf(here, batch);
      const { value, grad } = tf.valueAndGrad((e: tf.Tensor) => losses[name]!(here, e, labels as tf.Tensor1D))(embeddings);
      // one read, so that one graph is compiled
      const numbers = Array.from(tf.concat([tf.reshape(value, [1]), tf.reshape(grad, [-1])], 0).dataSync());
      expect([what, numbers.every(Number.isFinite)]).toEqual([what, true]);
      if (batch.rows.length === 1) expect([what, ...numbers]).toEqual([what, 0, 0, 0, 0, 0]);
    }
  });
});

describe('pair losses in a compiled step', () => {
  beforeAll(async () => { await tf.setBackend(plainAnd(BACKEND_NAME).at(-1)!); });

  it.each(names)('%s and its gradient are what they are outside of it', (name) => {
    const batch = batchOf(5, 9, 4, 3); // of the shape of those above: one graph
    tf.tidy(() => {
      const { embeddings, labels } = examplesOf(here, batch);
      const step = (e: tf.Tensor, y: tf.Tensor): tf.Tensor[] => {
        const { value, grads } = autodiff.valueAndGrad((x: tf.Tensor) => losses[name]!(here, x, y as tf.Tensor1D) as tf.Scalar)(e);
        return [value, grads];
      };
      const wanted = step(embeddings, labels).map((x) => x.dataSync());
      autodiff.compile(step)(embeddings, labels).forEach((x, i) => near(x.dataSync(), wanted[i]!, 2e-6));
    });
  });
});
