import * as tf from '@tensorflow/tfjs-core';
// oxlint-disable-next-line import/no-unassigned-import -- it registers the gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../index.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

type Params = Record<string, tf.Tensor>;

/** Deterministic numbers in (−scale, scale). */
function numbers(shape: number[], seed: number, scale: number): tf.Tensor {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  };
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, next), shape);
}

interface Network {
  readonly input: number[];
  readonly shapes: Record<string, number[]>;
  readonly forward: (p: Params, x: tf.Tensor) => tf.Tensor;
}

const conv = (x: tf.Tensor, w: tf.Tensor, stride: number, pad: number | 'same' | 'valid'): tf.Tensor => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);

function instanceNorm(x: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, [1, 2], true));
  return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), [1, 2], true), 1e-5)));
}

const networks: Record<string, Network> = {
  mlp: {
    input: [12],
    shapes: { w1: [12, 16], b1: [16], w2: [16, 3] },
    forward: (p, x) => tf.matMul(tf.relu<tf.Tensor2D>(tf.add<tf.Tensor2D>(tf.matMul(x as tf.Tensor2D, p['w1'] as tf.Tensor2D), p['b1']!)), p['w2'] as tf.Tensor2D),
  },
  lenet: {
    input: [12, 12, 1],
    shapes: { c1: [5, 5, 1, 3], b1: [3], c2: [3, 3, 3, 4], f: [36, 3] },
    forward: (p, x) => {
      const first = tf.maxPool(tf.relu<tf.Tensor4D>(tf.add<tf.Tensor4D>(conv(x, p['c1']!, 1, 2), p['b1']!)), 2, 2, 'valid');
      const second = tf.maxPool(tf.relu<tf.Tensor4D>(conv(first, p['c2']!, 1, 'same') as tf.Tensor4D), 2, 2, 'valid');
      return tf.matMul(tf.reshape(second, [-1, 36]), p['f'] as tf.Tensor2D);
    },
  },
  convNetWithResidual: {
    input: [8, 8, 2],
    shapes: { c1: [3, 3, 2, 4], c2: [3, 3, 4, 4], s: [1, 1, 2, 4], f: [4, 3] },
    forward: (p, x) => {
      const branch = conv(tf.avgPool(tf.relu<tf.Tensor4D>(instanceNorm(conv(x, p['c1']!, 1, 1)) as tf.Tensor4D), 2, 2, 'valid'), p['c2']!, 1, 1);
      const joined = tf.relu(tf.add(branch, conv(x, p['s']!, 2, 0)));
      return tf.matMul(tf.mean<tf.Tensor2D>(joined, [1, 2]), p['f'] as tf.Tensor2D);
    },
  },
};

function loss({ forward }: Network, params: Params, x: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  const logits = forward(params, x);
  const logProbabilities = tf.sub(logits, tf.logSumExp(logits, 1, true));
  return tf.neg<tf.Scalar>(tf.mean<tf.Scalar>(tf.sum(tf.mul(logProbabilities, tf.oneHot(labels as tf.Tensor1D, 3)), 1)));
}

/** SGD with momentum, as a pure function. */
function step(network: Network, state: { params: Params; momentum: Params }, x: tf.Tensor, labels: tf.Tensor) {
  const names = Object.keys(network.shapes);
  const { value, grads } = tf.valueAndGrads((...w: tf.Tensor[]) => loss(network, Object.fromEntries(names.map((name, i) => [name, w[i]!])), x, labels))(names.map((name) => state.params[name]!));
  const momentum = Object.fromEntries(names.map((name, i) => [name, tf.add(tf.mul(state.momentum[name]!, 0.9), grads[i]!)]));
  const params = Object.fromEntries(names.map((name) => [name, tf.sub(state.params[name]!, tf.mul(momentum[name], 0.05))]));
  return { state: { params, momentum }, loss: value };
}

type Step = (state: { params: Params; momentum: Params }, x: tf.Tensor, labels: tf.Tensor) => ReturnType<typeof step>;

/** Losses of five steps and the final weights. */
function train(network: Network, run: Step): number[] {
  return tf.tidy(() => {
    const tensors = (scale: number): Params => Object.fromEntries(Object.entries(network.shapes).map(([name, shape], i) => [name, numbers(shape, i + 1, scale)]));
    let state = { params: tensors(0.5), momentum: tensors(0) };
    const losses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const result = run(state, numbers([6, ...network.input], 100 + i, 1), tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'));
      losses.push(result.loss.dataSync()[0]!);
      state = result.state;
    }
    return [...losses, ...Object.values(state.params).flatMap((tensor) => Array.from(tensor.dataSync()))];
  });
}

describe.each(Object.entries(networks))('training %s', (_, network) => {
  it('equals the CPU back end, lazily and compiled', async () => {
    const eager: Step = (state, x, labels) => step(network, state, x, labels);
    await tf.setBackend('cpu');
    const expected = train(network, eager);
    await tf.setBackend(BACKEND_NAME);
    const compiled = (tf.backend() as OnnxRuntimeBackend).compile(eager, { donate: [0] });
    for (const actual of [train(network, eager), train(network, compiled)]) {
      const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
      expect(worst).toBeLessThan(2e-5);
    }
  });
});

describe('1,000 training steps', () => {
  it('leak neither tensors nor data ids, and compile twice at most', () => {
    const network = networks['mlp']!;
    const names = Object.keys(network.shapes);
    const params = Object.fromEntries(names.map((name, i) => [name, tf.variable(numbers(network.shapes[name]!, i + 1, 0.5))]));
    const x = numbers([6, 12], 5, 1);
    const labels = tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32');
    const run = (i: number): number => tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => loss(network, params, x, labels));
      const rate = tf.scalar(0.1 / (1 + i));
      for (const name of names) params[name]!.assign(tf.sub(params[name]!, tf.mul(rate, grads[params[name]!.name]!)));
      return value.dataSync()[0]!;
    });
    const first = run(0);
    run(1);
    const backend = tf.backend() as OnnxRuntimeBackend;
    const before = { ...tf.memory(), ids: backend.numDataIds() };
    let last = first;
    for (let i = 2; i < 1000; i++) last = run(i);
    expect({ ...tf.memory(), ids: backend.numDataIds() }).toEqual(before);
    expect(last).toBeLessThan(first);
  });
});
