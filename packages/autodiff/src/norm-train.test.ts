import { expectNoLeaks } from '@mixwell/testing';
import { oneBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { relativeError } from './fixtures/relative-error.ts';
import { batchNormTrain, grad, instanceNorm } from './index.ts';

const [n, h, w, c] = [3, 2, 4, 2] as const;
const epsilon = 1e-3;
const data = Array.from({ length: n * h * w * c }, (_, i) => Math.sin(i * i) * 2 + (i % c));
const [gammas, betas] = [[0.5, 2], [0.1, -0.3]] as const;
const images = (): tf.Tensor4D => tf.tensor4d(data, [n, h, w, c]);
const args = (): [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, number] => [images(), tf.tensor1d([...gammas]), tf.tensor1d([...betas]), epsilon];

/** The definition: `group` names the statistic that element i belongs to. */
function normalised(group: (i: number) => number): { y: number[]; mean: number[]; variance: number[] } {
  const groups = new Map<number, number[]>();
  data.forEach((_, i) => groups.set(group(i), [...(groups.get(group(i)) ?? []), i]));
  const mean = [...groups.values()].map((members) => members.reduce((sum, i) => sum + data[i]!, 0) / members.length);
  const variance = [...groups.values()].map((members, g) => members.reduce((sum, i) => sum + (data[i]! - mean[g]!) ** 2, 0) / members.length);
  const at = [...groups.keys()];
  const y = data.map((x, i) => {
    const g = at.indexOf(group(i));
    return (gammas[i % c]! * (x - mean[g]!)) / Math.sqrt(variance[g]! + epsilon) + betas[i % c]!;
  });
  return { y, mean, variance };
}

describe.each(backEnds)('norms on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('batchNormTrain normalises each channel over batch and positions, with a biased variance', () => {
    const { y, mean, variance } = batchNormTrain(...args());
    const want = normalised((i) => i % c);
    expect([y.shape, mean.shape, variance.shape]).toEqual([[n, h, w, c], [c], [c]]);
    expect(relativeError([y.dataSync(), mean.dataSync(), variance.dataSync()], [want.y, want.mean, want.variance])).toBeLessThan(1e-6);
  });

  it('instanceNorm normalises each channel of each image', () => {
    expect(relativeError([instanceNorm(...args()).dataSync()], [normalised((i) => Math.floor(i / (h * w * c)) * c + (i % c)).y])).toBeLessThan(1e-6);
  });

  it('differentiates by the statistics too', () => {
    const weights = tf.tensor1d([1, 10]);
    const f = (x: tf.Tensor4D): tf.Tensor => {
      const { mean, variance } = batchNormTrain(x, ...(args().slice(1) as [tf.Tensor1D, tf.Tensor1D, number]));
      return tf.sum(tf.mul(weights, tf.add(mean, variance)));
    };
    const { mean } = normalised((i) => i % c);
    const want = data.map((x, i) => ([1, 10][i % c]! * (1 + 2 * (x - mean[i % c]!))) / (n * h * w));
    expect(relativeError([grad(f)(images()).dataSync()], [want])).toBeLessThan(1e-6);
  });

  it('leaks nothing', async () => {
    const [x, gamma, beta] = args();
    await expectNoLeaks(() => batchNormTrain(x, gamma, beta, epsilon));
    await expectNoLeaks(() => instanceNorm(x, gamma, beta, epsilon));
    const loss = (z: tf.Tensor4D, g: tf.Tensor1D): tf.Tensor => {
      const { y, variance } = batchNormTrain(z, g, beta, epsilon);
      return tf.add(tf.sum(tf.square(y)), tf.sum(variance));
    };
    await expectNoLeaks(() => grad(loss, { wrt: [0, 1] })(x, gamma));
    await expectNoLeaks(() => grad((z: tf.Tensor4D) => tf.sum(tf.square(grad(loss)(z, gamma))))(x));
  });

  it('refuses other shapes', () => {
    const [x, gamma, beta] = args();
    expect(() => batchNormTrain(tf.zeros([2, 2]) as unknown as tf.Tensor4D, gamma, beta, epsilon)).toThrow(new RangeError('batchNormTrain: x must be [batch, height, width, channels], got shape [2, 2]'));
    expect(() => instanceNorm(x, tf.zeros([3]), beta, epsilon)).toThrow('instanceNorm: gamma must be [2], as x has 2 channels, got shape [3]');
  });
});

describe.skipIf(oneBackEnd)('norms on a back end with fused kernels', () => {
  beforeAll(() => tf.setBackend(BACKEND_NAME));

  it('run one kernel forward and one backward', async () => {
    const [x, gamma, beta] = args();
    const run = (f: () => tf.Tensor): Promise<string[]> => tf.profile(f).then(({ kernels }) => kernels.map((kernel) => kernel.name).filter((name) => !['Identity', 'unnamed scope'].includes(name)));
    expect(await run(() => batchNormTrain(x, gamma, beta, epsilon).y)).toEqual(['NormTrain']);
    expect(await run(() => instanceNorm(x, gamma, beta, epsilon))).toEqual(['NormTrain']);
    const kernels = await run(() => grad((z: tf.Tensor4D) => tf.sum(batchNormTrain(z, gamma, beta, epsilon).y))(x));
    expect(kernels.filter((name) => !['Sum', 'Reshape', 'Tile', 'Fill'].includes(name))).toEqual(['NormTrain', 'NormTrainGrad']);
  });
});
