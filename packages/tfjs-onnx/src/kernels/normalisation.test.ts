import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../index.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

const [N, H, W, C] = [3, 4, 2, 5] as const;
const size = N * H * W * C;
const noise = (seed: number, count = size): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 100 + i * 1.7) * 2 + 0.5);
const at = (n: number, p: number, c: number): number => (n * H * W + p) * C + c;

/** Definition by loops, in double precision: y, mean, variance; then for dy: dx, dgamma, dbeta. */
function naive(kind: 'batch' | 'instance', x: Float32Array, gamma: Float32Array, beta: Float32Array, dy: Float32Array, epsilon: number) {
  const groups = kind === 'batch' ? [Array.from({ length: N }, (_, n) => n)] : Array.from({ length: N }, (_, n) => [n]);
  const y = new Float64Array(size);
  const dx = new Float64Array(size);
  const mean: number[] = [];
  const variance: number[] = [];
  const dgamma = new Float64Array(C);
  const dbeta = new Float64Array(C);
  for (const images of groups) {
    for (let c = 0; c < C; c++) {
      const indices = images.flatMap((n) => Array.from({ length: H * W }, (_, p) => at(n, p, c)));
      const average = (f: (i: number) => number): number => indices.reduce((sum, i) => sum + f(i), 0) / indices.length;
      const m = average((i) => x[i]!);
      const v = average((i) => (x[i]! - m) ** 2);
      mean.push(m);
      variance.push(v);
      const hat = (i: number): number => (x[i]! - m) / Math.sqrt(v + epsilon);
      const meanDy = average((i) => dy[i]!);
      const meanDyHat = average((i) => dy[i]! * hat(i));
      for (const i of indices) {
        y[i] = hat(i) * gamma[c]! + beta[c]!;
        dx[i] = gamma[c]! / Math.sqrt(v + epsilon) * (dy[i]! - meanDy - hat(i) * meanDyHat);
        dgamma[c]! += dy[i]! * hat(i);
        dbeta[c]! += dy[i]!;
      }
    }
  }
  return { forward: [y, mean, variance], backward: [dx, dgamma, dbeta] };
}

function expectClose(tensors: readonly tf.Tensor[], expected: readonly ArrayLike<number>[]): void {
  tensors.forEach((tensor, k) => {
    const worst = Math.max(...Array.from(tensor.dataSync(), (value, i) => Math.abs(value - expected[k]![i]!)));
    expect(worst).toBeLessThan(1e-5);
  });
}

const epsilon = 1e-3;
const shape: [number, number, number, number] = [N, H, W, C];

describe.each(['batch', 'instance'] as const)('%s norm', (kind) => {
  const x = noise(1);
  const gamma = noise(2, C);
  const beta = noise(3, C);
  const dy = noise(4);
  const expected = naive(kind, x, gamma, beta, dy, epsilon);

  /** In NHWC as given; in NCHW after a depthwise convolution with ones, which leaves that form. */
  describe.each([['NHWC', (t: tf.Tensor) => t], ['NCHW', (t: tf.Tensor) => tf.depthwiseConv2d(t as tf.Tensor4D, tf.ones([1, 1, C, 1]), 1, 'valid')]] as const)('in %s', (_, prepare) => {
    const forward = (): tf.Tensor[] => tf.engine().runKernel('NormTrain', {
      x: prepare(tf.tensor4d(x, shape)), gamma: tf.tensor1d(gamma), beta: tf.tensor1d(beta),
    }, { kind, epsilon }) as unknown as tf.Tensor[];

    it('equals its definition', () => {
      const results = forward();
      expect(results.map((tensor) => tensor.shape)).toEqual([shape, ...(kind === 'batch' ? [[C], [C]] : [[N, 1, 1, C], [N, 1, 1, C]])]);
      expectClose(results, expected.forward);
    });

    it('has the gradient of its definition', () => {
      const [, mean, variance] = forward();
      const results = tf.engine().runKernel('NormTrainGrad', {
        dy: prepare(tf.tensor4d(dy, shape)), x: prepare(tf.tensor4d(x, shape)), gamma: tf.tensor1d(gamma), mean: mean!, variance: variance!,
      }, { kind, epsilon }) as unknown as tf.Tensor[];
      expectClose(results, expected.backward);
    });
  });

  it('stays exact far from zero', () => {
    const far = x.map((value) => value + 1000);
    const shifted = naive(kind, far, gamma, beta, dy, epsilon);
    const [y] = tf.engine().runKernel('NormTrain', { x: tf.tensor4d(far, shape), gamma: tf.tensor1d(gamma), beta: tf.tensor1d(beta) }, { kind, epsilon }) as unknown as tf.Tensor[];
    const worst = Math.max(...Array.from(y!.dataSync(), (value, i) => Math.abs(value - shifted.forward[0]![i]!)));
    expect(worst).toBeLessThan(2e-3);
  });
});

it('log-softmax is stable', () => {
  const compiled = (tf.backend() as OnnxRuntimeBackend).compile((x: tf.Tensor) => tf.engine().runKernel<tf.Tensor>('LogSoftmax', { logits: x }, { axis: -1 }));
  expect(Array.from(compiled(tf.tensor2d([[1e4, 0], [0, 0]])).dataSync())).toEqual([0, -1e4, Math.fround(-Math.LN2), Math.fround(-Math.LN2)]);
});
