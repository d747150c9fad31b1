import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../graph/graph.ts';
import { writeOnnx } from '../onnx/write.ts';
import { lowerTraced } from './lower-traced.ts';
import { BACKEND_NAME, trace } from '../index.ts';
import { createSession } from '../session.ts';
import { loweredModel } from '../lower/lower-graph.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

const filter = (shape: [number, number, number, number]): tf.Tensor4D => tf.sin(tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape));

/** Everything a classifier meets: strided and pointwise convolutions, both poolings, a norm, a residual, a flatten. */
function classifier(): (x: tf.Tensor) => tf.Tensor {
  const weights = { first: filter([3, 3, 1, 4]), second: filter([3, 3, 4, 4]), shortcut: filter([1, 1, 4, 4]), head: tf.sin<tf.Tensor2D>(tf.reshape(tf.range(0, 48), [16, 3])) };
  const scale = { mean: tf.tensor1d([0.1, 0.2, 0.3, 0.4]), variance: tf.tensor1d([1, 2, 3, 4]) };
  return (x) => {
    const first = tf.maxPool<tf.Tensor4D>(tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(x as tf.Tensor4D, weights.first, 1, 'same'), scale.mean)), 2, 2, 'valid');
    const normal = tf.batchNorm(tf.conv2d(first, weights.second, 2, 'same'), scale.mean, scale.variance);
    const joined = tf.relu<tf.Tensor4D>(tf.add<tf.Tensor4D>(normal, tf.conv2d(first, weights.shortcut, 2, 'same')));
    const pooled = tf.avgPool(joined, 1, 1, 'valid');
    const logits = tf.matMul(tf.reshape<tf.Rank.R2>(pooled, [x.shape[0], 16]), weights.head);
    return tf.softmax(logits);
  };
}

const spec = [{ shape: ['batch', 8, 8, 1], dtype: 'float32', name: 'images' }] as const;

describe('lowerTraced', () => {
  it('gives the same operators at every size of a symbolic batch', () => {
    const graph = trace(classifier(), spec);
    const operators = (g: Graph): string[] => lowerTraced(g).nodes.map((node) => `${node.op}(${node.inputs.join()})`);
    expect(graph.variants.map(operators)).toEqual([operators(graph), operators(graph)]);
  });

  it("uses ONNX's own operators only, unless ONNX Runtime's are allowed", () => {
    const graph = trace((a, b) => tf.matMul(a, b, false, true), [{ shape: [2, 3, 4], dtype: 'float32' }, { shape: [2, 5, 4], dtype: 'float32' }]);
    expect(lowerTraced(graph).nodes.map((node) => node.op)).toEqual(['Transpose', 'MatMul']);
    expect(lowerTraced(graph, { microsoftOps: true }).nodes.map((node) => node.op)).toEqual(['FusedMatMul']);
  });

  it('computes what the back end computes', () => {
    const model = classifier();
    const graph = trace(model, [{ ...spec[0], shape: [2, 8, 8, 1] }]);
    const lowered = lowerTraced(graph);
    const session = createSession(writeOnnx(loweredModel(lowered)));
    const images = tf.cos(tf.reshape(tf.range(0, 128), [2, 8, 8, 1]));
    const results = session.run({ images: session.tensor('float32', images.dataSync() as Float32Array, images.shape) }, ['output']);
    const expected = model(images).dataSync();
    expect(Math.max(...Array.from(results['output']!.data as Float32Array, (value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
    session.release();
  });

  it('names results that are inputs, constants or wanted twice', () => {
    const constant = tf.tensor([5]);
    const graph = trace((x) => { const y = tf.neg(x); return { x: x, y, twice: y, constant }; }, [{ shape: [1], dtype: 'float32', name: 'in' }]);
    const lowered = lowerTraced(graph);
    const session = createSession(writeOnnx(loweredModel(lowered)));
    const results = session.run({ in: session.tensor('float32', Float32Array.of(3), [1]) }, ['x', 'y', 'twice', 'constant']);
    expect(['x', 'y', 'twice', 'constant'].map((name) => results[name]!.data[0])).toEqual([3, -3, -3, 5]);
    session.release();
  });
});
