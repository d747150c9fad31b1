// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import * as autodiff from '@mixwell/autodiff';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as all from '../tf.ts';
import { type Library, near } from '../fixtures.ts';
import { type Batch, batchOf, examplesOf, losses } from './fixtures.ts';

const names = Object.keys(losses);
const here: Library = { tf, ...all };
const { rows, labels: classes } = batchOf(1, 9, 4, 3);
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

/** The loss, and its gradient by embeddings. */
const numbersOf = (name: string, e: tf.Tensor, y: tf.Tensor): tf.Tensor => {
  const { value, grads } = autodiff.valueAndGrad((x: tf.Tensor) => losses[name]!(here, x, y as tf.Tensor1D) as tf.Scalar)(e);
  return tf.concat([tf.reshape(value, [1]), tf.reshape(grads, [-1])]);
};

function expectSane(what: string, batch: Batch, numbers: readonly number[]): void {
  expect([what, numbers.every(Number.isFinite)]).toEqual([what, true]);
  if (batch.rows.length === 1) expect([what, ...numbers]).toEqual([what, 0, 0, 0, 0, 0]);
}

describe('pair losses', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  it.each(names)('%s and its gradient are finite on degenerate batches, and 0 where there is no pair', (name) => {
    for (const [what, batch] of Object.entries(degenerate)) {
      const { embeddings, labels } = examplesOf(here, batch);
      expectSane(what, batch, Array.from(numbersOf(name, embeddings, labels).dataSync()));
    }
  });
});

// all losses in one graph, as most of the time would go into making graphs
describe('pair losses in a compiled step', () => {
  const step = autodiff.compile((e: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.stack(names.map((name) => numbersOf(name, e, y))));
  const compiled = (batch: Batch): number[][] => {
    const { embeddings, labels } = examplesOf(here, batch);
    return step(embeddings, labels).arraySync() as number[][];
  };

  it('and their gradients are finite on degenerate batches, and 0 where there is no pair', async () => {
    await tf.setBackend(plainAnd(BACKEND_NAME).at(-1)!);
    for (const [what, batch] of Object.entries(degenerate)) compiled(batch).forEach((numbers, i) => expectSane(`${names[i]!}, ${what}`, batch, numbers));
  });

  it('and their gradients are what they are outside of it', async () => {
    const batch = batchOf(5, 9, 4, 3);
    await tf.setBackend(plainBackEnd);
    const { embeddings, labels } = examplesOf(here, batch);
    const wanted = names.map((name) => numbersOf(name, embeddings, labels).dataSync());
    await tf.setBackend(plainAnd(BACKEND_NAME).at(-1)!);
    compiled(batch).forEach((numbers, i) => near(numbers, wanted[i]!, 2e-5));
  });
});
