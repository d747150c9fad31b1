import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../index.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

const backend = (): OnnxRuntimeBackend => tf.backend() as OnnxRuntimeBackend;

describe('the back end', () => {
  it('reads synchronously and asynchronously', async () => {
    const y = tf.mul(tf.add(tf.tensor([1, 2]), 1), 3);
    expect(Array.from(await y.data())).toEqual([6, 9]);
    expect(Array.from(y.dataSync())).toEqual([6, 9]);
  });

  it('counts data ids and bytes as other back ends do', () => {
    const before = { ...tf.memory(), ids: backend().numDataIds() };
    tf.tidy(() => {
      const x = tf.tensor([[1, 2], [3, 4]]);
      const views = [tf.reshape(x, [4]), tf.clone(x), tf.expandDims(x, 0)];
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 1);
      expect(backend().numDataIds()).toBe(before.ids + 1);
      x.dispose();
      expect(Array.from(views[0]!.dataSync())).toEqual([1, 2, 3, 4]);
      expect(views[2]!.shape).toEqual([1, 2, 2]);
    });
    expect({ ...tf.memory(), ids: backend().numDataIds() }).toEqual(before);
  });

  it('does not run what is disposed before it is read', () => {
    tf.tidy(() => { tf.exp(tf.tensor([1, 2])); });
    const flush = vi.spyOn(backend(), 'flush');
    const x = tf.tensor([1, 2]);
    x.dataSync();
    expect(flush).not.toHaveBeenCalled();
    flush.mockRestore();
  });

  it('handles scalars, empty tensors, strings and complex numbers', () => {
    expect(tf.add(tf.scalar(1), 1).dataSync()[0]).toBe(2);
    expect(tf.concat([tf.zeros([0, 2]), tf.ones([1, 2])]).arraySync()).toEqual([[1, 1]]);
    expect(tf.add(tf.zeros([0, 2]), 1).shape).toEqual([0, 2]);
    expect(tf.reshape(tf.tensor(['a', 'b']), [2, 1]).arraySync()).toEqual([['a'], ['b']]);
    const z = tf.complex([1, 2], [3, 4]);
    expect(Array.from(tf.real(z).dataSync())).toEqual([1, 2]);
    expect(Array.from(tf.imag(z).dataSync())).toEqual([3, 4]);
    expect(Array.from(z.dataSync())).toEqual([1, 3, 2, 4]);
    expect(Array.from(tf.spectral.fft(z).dataSync())).toEqual([3, 7, -1, -1]);
  });

  it('leaves kernels without an ONNX form to the CPU back end, and says so once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      for (let i = 0; i < 2; i++) {
        const { values, indices } = tf.unique(tf.add(tf.tensor1d([1, 1, 3]), 1));
        expect(Array.from(values.dataSync())).toEqual([2, 4]);
        expect(Array.from(indices.dataSync())).toEqual([0, 0, 1]);
      }
    });
    expect(warn.mock.calls.filter(([text]) => String(text).includes('Unique'))).toHaveLength(1);
    expect(tf.memory().numTensors).toBe(before);
    warn.mockRestore();
  });

  it('makes ranges without leaving the graph', () => {
    const compiled = backend().compile((x: tf.Tensor) => tf.add(x, tf.range(0, 3)));
    expect(Array.from(compiled(tf.ones([3])).dataSync())).toEqual([1, 2, 3]);
  });

  it('is rebuilt by a reset of the engine', async () => {
    tf.add(tf.scalar(1), 2);
    tf.engine().reset();
    await tf.setBackend(BACKEND_NAME);
    expect(tf.memory().numTensors).toBe(0);
    expect(tf.add(tf.scalar(1), 2).dataSync()[0]).toBe(3);
  });

  it('moves tensors from and to other back ends', async () => {
    await tf.setBackend('cpu');
    const x = tf.tensor([1, 2]);
    await tf.setBackend(BACKEND_NAME);
    const y = tf.add(x, 1);
    expect(Array.from(y.dataSync())).toEqual([2, 3]);
    await tf.setBackend('cpu');
    expect(Array.from(tf.add(y, x).dataSync())).toEqual([3, 5]);
    await tf.setBackend(BACKEND_NAME);
  });

  it('runs a loop that never reads', () => {
    let x: tf.Tensor = tf.zeros([2]);
    for (let i = 0; i < 12_000; i++) {
      const next = tf.add(x, 1);
      x.dispose();
      x = next;
    }
    expect(Array.from(x.dataSync())).toEqual([12_000, 12_000]);
  });
});
