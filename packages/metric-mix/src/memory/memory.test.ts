// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import { compile, valueAndGrad } from '@mixwell/autodiff';
import { expectNoLeaks } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnRows } from '../fixtures.ts';
import { batchLoss, createMemory, enqueue, type Memory, multiSimilarity } from '../tf.ts';

const read = ({ embeddings, labels, filled }: Memory): unknown => [embeddings.arraySync(), labels.arraySync(), Array.from(filled.dataSync(), Boolean)];

describe.each(plainAnd(BACKEND_NAME))('a memory on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('holds the latest first, and drops the oldest', () => {
    const batches = [[[1, 2], [3, 4]], [[5, 6]], [[7, 8], [9, 10]]] as const;
    tf.tidy(() => {
      let memory = createMemory(4, 2);
      expect(read(memory)).toEqual([[[0, 0], [0, 0], [0, 0], [0, 0]], [0, 0, 0, 0], [false, false, false, false]]);
      const seen = batches.map((batch, k) => {
        memory = enqueue(memory, tf.tensor2d(batch.map((row) => [...row])), tf.tensor1d(batch.map((_, i) => 10 * (k + 1) + i), 'int32'));
        return read(memory);
      });
      expect(seen[1]).toEqual([[[5, 6], [1, 2], [3, 4], [0, 0]], [20, 10, 11, 0], [true, true, true, false]]);
      expect(seen[2]).toEqual([[[7, 8], [9, 10], [5, 6], [1, 2]], [30, 31, 20, 10], [true, true, true, true]]);
    });
  });

  it('is state of a compiled step, which compares batches with it, without a gradient into it', () => {
    const spec = multiSimilarity({ beta: 2, gamma: 4, m: 0.5 });
    const step = (weights: tf.Tensor2D, memory: Memory, x: tf.Tensor2D, labels: tf.Tensor1D): { weights: tf.Tensor; memory: Memory; loss: tf.Tensor } => {
      const { value, grads, aux } = valueAndGrad((w: tf.Tensor2D) => {
        const embeddings: tf.Tensor2D = tf.matMul(x, w);
        return { loss: tf.add<tf.Scalar>(batchLoss(spec, embeddings, labels).loss, batchLoss(spec, embeddings, labels, { others: memory }).loss), embeddings };
      })(weights);
      return { weights: tf.sub(weights, grads), memory: enqueue(memory, aux.embeddings, labels), loss: value };
    };
    const compiled = compile(step, { donate: [1] });
    tf.tidy(() => {
      const run = (one: typeof step): number[] => {
        let state = { weights: tf.tensor2d(drawnRows(1, 4, 3)) as tf.Tensor, memory: createMemory(5, 3) };
        return Array.from({ length: 4 }, (_, k) => {
          const { loss, ...next } = one(state.weights as tf.Tensor2D, state.memory, tf.tensor2d(drawnRows(10 + k, 3, 4)), tf.tensor1d([k % 2, 1, 0], 'int32'));
          state = next;
          return loss.dataSync()[0]!;
        });
      };
      const [eager, fast] = [run(step), run(compiled)];
      eager.forEach((loss, i) => expect(fast[i]).toBeCloseTo(loss, 5));
      expect(new Set(eager).size).toBe(4);
    });
  });
});

describe('a memory', () => {
  beforeAll(() => tf.setBackend(plainBackEnd));

  it('adds nothing to the loss while it is empty', () => {
    tf.tidy(() => {
      const { value, aux, grads } = valueAndGrad((e: tf.Tensor) => batchLoss(multiSimilarity(), e, tf.tensor1d([0, 1], 'int32'), { others: createMemory(3, 2) }))(tf.tensor2d([[1, 2], [3, -1]]));
      expect([value, aux.active, grads].flatMap((x) => Array.from(x.dataSync())).every((x) => x === 0)).toBe(true);
    });
  });

  it('lets no gradient into what it holds', () => {
    tf.tidy(() => {
      const memory = createMemory(4, 2);
      const { value, grads } = valueAndGrad((e: tf.Tensor) => tf.sum<tf.Scalar>(enqueue(memory, e, tf.tensor1d([0, 1], 'int32')).embeddings))(tf.tensor2d([[1, 2], [3, -1]]));
      expect([value, grads].map((x) => Array.from(x.dataSync()))).toEqual([[5], [0, 0, 0, 0]]);
    });
  });

  it('leaves no tensor behind', async () => {
    const [memory, e, labels] = [createMemory(4, 2), tf.ones([3, 2]), tf.tensor1d([0, 1, 2], 'int32')];
    await expectNoLeaks(() => enqueue(memory, e, labels));
  });

  it('says what is wrong', () => {
    expect(() => createMemory(0, 2)).toThrow(new RangeError('createMemory: capacity must be a whole number >= 1, got 0'));
    expect(() => enqueue(createMemory(4, 2), tf.ones([3, 3]), tf.tensor1d([0, 1, 2], 'int32'))).toThrow('enqueue: embeddings must have shape [3, 2], got [3, 3]');
    expect(() => enqueue(createMemory(4, 2), tf.ones([3, 2]), tf.tensor1d([0, 1, 2]))).toThrow(new TypeError('enqueue: labels must be int32, got float32'));
  });
});
