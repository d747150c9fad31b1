import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME, structuralHash, trace } from '../index.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));
afterEach(() => tf.setBackend(BACKEND_NAME));

const images = { shape: [4, 3], dtype: 'float32', name: 'images' } as const;

describe('trace', () => {
  it('gives a program that prints itself', () => {
    const weights = tf.tensor([[1], [2], [3]]);
    const graph = trace(function score(x) { return tf.sigmoid(tf.matMul(x, weights as tf.Tensor2D)); }, [images]);
    expect(String(graph)).toBe([
      'graph score(images: float32[4,3]) {',
      '  c0: float32[3,1] = constant',
      '  v0: float32[4,1] = BatchMatMul(images, c0) {"transposeA":false,"transposeB":false}',
      '  v1: float32[4,1] = Sigmoid(v0)',
      '  return v1',
      '}',
    ].join('\n'));
  });

  it('prints how sizes depend on symbolic axes, and what constants are called', () => {
    const bias = tf.tensor([1, 2, 3]);
    const graph = trace(function twice(x) { return tf.reshape(tf.concat([tf.add(x, bias), x]), [-1]); }, [{ ...images, shape: ['batch', 3] }], { names: { bias } });
    expect(String(graph)).toBe([
      'graph twice(images: float32[batch,3]) {',
      '  c0: float32[3] = constant bias',
      '  v0: float32[batch,3] = Add(images, c0)',
      '  v1: float32[2*batch,3] = Concat(v0, images) {"axis":0}',
      '  return v1 as [6*batch]',
      '}',
    ].join('\n'));
  });

  it('prints reshaped results, scalars and several results', () => {
    const graph = trace(function f(x) { return { sum: tf.add(x, 2), flat: tf.reshape(x, [12]) }; }, [images]);
    expect(String(graph)).toContain('c0: float32[] = constant 2');
    expect(String(graph)).toContain('return v0, images as [12]');
    expect(graph.outputs.map((output) => output.name)).toEqual(['sum', 'flat']);
  });

  it('leaves out what the result does not need', () => {
    const graph = trace((x) => { tf.exp(x); return tf.neg(x); }, [images]);
    expect(graph.nodes.map((node) => node.kernel)).toEqual(['Neg']);
  });

  it('hashes structure: neither names nor the contents of constants', () => {
    const add = (amount: number, name: string) => trace((x) => tf.add(x, amount), [{ ...images, name }]);
    expect(structuralHash(add(1, 'a'))).toBe(structuralHash(add(2, 'b')));
    expect(structuralHash(add(1, 'a'))).not.toBe(structuralHash(trace((x) => tf.sub(x, 1), [images])));
    expect(structuralHash(add(1, 'a'))).not.toBe(structuralHash(trace((x) => tf.add(x, 1), [{ ...images, shape: [4, 5] }])));
  });

  it('traces symbolic axes at three sizes, and every combination of two', () => {
    const graph = trace((x) => tf.sum(x, 1), [{ ...images, shape: ['batch', 3] }]);
    expect([graph, ...graph.variants].map((variant) => [variant.sizes, variant.outputs[0]!.shape])).toEqual([[{ batch: 59 }, [59]], [{ batch: 103 }, [103]], [{ batch: 73 }, [73]]]);
    const two = trace((x) => tf.neg(x), [{ ...images, shape: ['batch', 'length'] }]);
    expect([two, ...two.variants].map((variant) => variant.outputs[0]!.shape)).toEqual([[59, 61], [103, 61], [59, 101], [103, 101], [73, 79]]);
    expect(String(graph)).toContain('images: float32[batch,3]');
  });

  it('works while another back end is active, with weights of that back end', async () => {
    await tf.setBackend('cpu');
    const weights = tf.tensor([1, 2, 3]);
    const graph = trace((x) => tf.mul(x, weights), [images]);
    expect(tf.getBackend()).toBe('cpu');
    expect(Array.from(graph.constants[0]!.data as Float32Array)).toEqual([1, 2, 3]);
    expect(Array.from(weights.dataSync())).toEqual([1, 2, 3]);
  });

  it('knows captured tensors by the names they are given, under any shape', async () => {
    const named = { 'fc.weight': tf.tensor([1, 2, 3, 4, 5, 6]), 'fc.bias': tf.tensor([1]), unused: tf.tensor([0]) };
    const graph = trace((x) => tf.add(tf.matMul(x as tf.Tensor2D, tf.reshape<tf.Rank.R2>(named['fc.weight'], [3, 2])), tf.add(named['fc.bias'], 1)), [images], { names: named });
    expect(graph.constants.map((value) => graph.names.get(value))).toEqual(['fc.weight', 'fc.bias', undefined]);
    await tf.setBackend('cpu');
    const elsewhere = tf.tensor([1]);
    expect([...trace((x) => tf.add(x, elsewhere), [images], { names: { elsewhere } }).names.values()]).toEqual(['elsewhere']);
  });

  it('lets shapes be computed with tensors and read, at every size of a symbolic axis', () => {
    const graph = trace((x) => {
      const shape = tf.tensor1d(x.shape, 'int32');
      const half = tf.cast(tf.mul(tf.cast(tf.slice(shape, 0, 1), 'float32'), 0.5), 'int32');
      return tf.reshape(x, Array.from(tf.concat([tf.sub(tf.mul(half, tf.scalar(2, 'int32')), tf.scalar(-1, 'int32')), tf.tensor1d([3], 'int32')]).dataSync()));
    }, [{ ...images, shape: ['batch', 3] }]);
    expect([graph, ...graph.variants].map(({ nodes, outputs }) => [nodes.length, outputs[0]!.shape])).toEqual([[0, [59, 3]], [0, [103, 3]], [0, [73, 3]]]);
  });

  it('records a fused product of two matrices as one, whatever axes of one it was given', () => {
    const weights = tf.ones<tf.Rank.R2>([12, 5]);
    const graph = trace((x) => tf.fused.matMul({ a: tf.reshape(x, [-1, 12]), b: weights, activation: 'relu' }), [{ ...images, shape: ['batch', 4, 3] }]);
    expect(graph.nodes.find(({ kernel }) => kernel === 'BatchMatMul')!.outputs[0]!.shape).toEqual([59, 5]);
  });

  it('disposes what it made', () => {
    const before = tf.memory().numTensors;
    trace((x) => tf.exp(tf.neg(x)), [images]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses reads and kernels without ONNX form, naming them', () => {
    expect(() => trace(function reads(x) { return tf.mul(x, tf.sum(x).dataSync()[0]!); }, [images])).toThrow(/reads: reads the elements of the result of Sum, float32\[\]/);
    expect(() => trace(function unique(x) { return tf.unique(tf.reshape<tf.Rank.R1>(x, [12])).values; }, [images])).toThrow(/unique: kernel Unique.* has no ONNX form/);
  });
});
