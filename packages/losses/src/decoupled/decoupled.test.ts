// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import { grad } from '@mixwell/autodiff';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawn } from '../fixtures.ts';
import { asymmetricMixupLoss, decoupledBinaryCrossEntropy, decoupledKMixLoss, decoupledLogProb, decoupledMixupLoss, decoupledTargets, mixupCrossEntropy, pseudoLabelMask, rescaleLambda } from '../index.ts';

const int = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

beforeAll(async () => { await tf.setBackend(plainBackEnd); });

describe('decoupled mixup', () => {
  const d = drawn(3, 6, 5);
  const { logits: z, labelsA: a, labelsB: b, lambdas } = d;
  const values = (loss: () => tf.Tensor): Float32Array => tf.tidy(() => loss().dataSync<'float32'>());
  const near = (got: Float32Array, wanted: ArrayLike<number>): void => Array.from(wanted).forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));

  it('has the values of a worked example', () => {
    const one = tf.tensor2d([[2, 1, 0, -1]]);
    near(values(() => mixupCrossEntropy(one, int([0]), int([1]), 0.7)), [0.74019]);
    near(values(() => decoupledLogProb(one, int([0]), int([1]))), [-0.169846]);
    near(values(() => decoupledLogProb(one, int([1]), int([0]))), [-0.407606]);
    near(values(() => decoupledMixupLoss(one, int([0]), int([1]), 0.7)), [0.797935]);
    near(values(() => decoupledMixupLoss(one, int([0]), int([1]), 0.7, { rescale: { mode: 'pow' } })), [0.764307]);
  });

  it('does not change with a constant on all logits, or with the labels swapped', () => {
    const of = (shift: number, [x, y]: readonly [number[], number[]], shares: number[], keep: 'both' | 'less' | 'more'): Float32Array =>
      values(() => decoupledMixupLoss(tf.add(tf.tensor2d(z), shift), int(x), int(y), tf.tensor1d(shares), { keep, reduction: 'none' }));
    for (const keep of ['both', 'less', 'more'] as const) {
      const wanted = of(0, [a, b], lambdas, keep);
      near(of(8, [a, b], lambdas, keep), wanted);
      near(of(0, [b, a], lambdas.map((share) => 1 - share), keep), wanted);
    }
  });

  it('does not move with the logit of the class that is dropped', () => {
    const slope = tf.tidy(() => grad((x: tf.Tensor) => tf.sum(decoupledLogProb(x, int([1, 2]), int([0, 4]))) as tf.Scalar)(tf.tensor2d(z.slice(0, 2))).arraySync()) as number[][];
    expect([slope[0]![0]!, slope[1]![4]!].map(Math.abs)).toEqual([0, 0]);
  });

  it('is mixup cross entropy at η = 0 bit for bit, for two classes, for equal labels and for λ of 0 and 1', () => {
    const loss = (x: number[][], p: number[], q: number[], share: number | number[], eta = 1): [Float32Array, Float32Array] => {
      const lambda = (): number | tf.Tensor => (typeof share === 'number' ? share : tf.tensor1d(share));
      return [values(() => decoupledMixupLoss(tf.tensor2d(x), int(p), int(q), lambda(), { eta, reduction: 'none' })), values(() => mixupCrossEntropy(tf.tensor2d(x), int(p), int(q), lambda(), { reduction: 'none' }))];
    };
    const [zero, plain] = loss(z, a, b, lambdas, 0);
    expect(zero).toEqual(plain);
    near(...loss([[1, -2], [0.5, 3]], [0, 1], [1, 0], 0.3));
    near(...loss(z, a, a, lambdas));
    near(...loss(z, a, b, 1));
    near(...loss(z, a, b, 0));
  });

  it('is the same for one λ and for the same λ per sample', () => {
    near(values(() => decoupledMixupLoss(tf.tensor2d(z), int(a), int(b), tf.tensor1d(lambdas.map(() => 0.3)), { reduction: 'none' })), values(() => decoupledMixupLoss(tf.tensor2d(z), int(a), int(b), 0.3, { reduction: 'none' })));
  });

  it('of k images is that of two for k = 2, and adds up what one class has', () => {
    near(values(() => decoupledKMixLoss(tf.tensor2d(z), tf.stack([int(a), int(b)], 1), tf.tensor1d([0.3, 0.7]), { reduction: 'none' })), values(() => decoupledMixupLoss(tf.tensor2d(z), int(a), int(b), 0.3, { reduction: 'none' })));
    const [x, same, apart] = [tf.tensor2d([z[0]!]), tf.tensor2d([[1, 1, 3]], undefined, 'int32'), tf.tensor2d([[1, 3]], undefined, 'int32')];
    near(values(() => decoupledKMixLoss(x, same, tf.tensor1d([0.5, 0.3, 0.2]), { etas: tf.tensor1d([0.1, 0.2, 0.4]) })), values(() => decoupledKMixLoss(x, apart, tf.tensor1d([0.8, 0.2]), { etas: tf.tensor1d([0.3, 0.4]) })));
  });

  it('buys confidence in both classes, not in their ratio, at the optimum of free logits', () => {
    const wanted: Record<string, readonly [number, number]> = { '0': [0.93541, 1.5293], '0.1': [0.95044, 1.5073], '0.5': [0.9736, 1.4738], '2': [0.98966, 1.4481] };
    for (const [eta, [both, ratio]] of Object.entries(wanted)) {
      const loss = (x: tf.Tensor): tf.Scalar => tf.add(decoupledMixupLoss(x, int([0]), int([1]), 0.6, { eta: Number(eta) }), tf.mul(0.005, tf.sum(tf.square(x))));
      const step = grad(loss);
      let [x, before]: [tf.Tensor, tf.Tensor] = [tf.zeros([1, 10]), tf.zeros([1, 10])];
      for (let i = 0; i < 150; i++) [before, x] = [x, tf.tidy(() => tf.add(tf.sub(x, tf.mul(step(x), 1.5)), tf.mul(0.85, tf.sub(x, before))))];
      const p = tf.tidy(() => tf.softmax(x).dataSync());
      expect(p[0]! + p[1]!).toBeCloseTo(both, 4);
      expect(p[0]! / p[1]!).toBeCloseTo(ratio, 3);
    }
  });

  it('has two-hot targets that are full from the threshold on, and never above 1', () => {
    const targets = (share: number, options: object): number[][] => tf.tidy(() => decoupledTargets(int([0, 2]), int([1, 2]), share, 3, options).arraySync());
    expect(targets(0.3, {})).toEqual([[1, 1, 0], [0, 0, 1]]);
    expect(targets(0.25, { rescale: { mode: 'pow', threshold: 0.5 } })).toEqual([[0.5, 1, 0], [0, 0, 1]]);
    expect(targets(0.25, { rescale: { mode: 'pow', threshold: 0.5 }, sides: 'a' })).toEqual([[0.5, 0.75, 0], [0, 0, 1]]);
    expect(targets(0.25, { sides: 'none', labelSum: 0.5 })).toEqual([[0.125, 0.375, 0], [0, 0, 0.5]]);
  });

  it('trusts pseudo labels of enough confidence alone, and divides by all', () => {
    const [confidence, share] = [[0.99, 0.5, 0.97, 0.2, 0.95, 0.94], 0.75];
    const [x, p, q] = [tf.tensor2d(z), int(a), int(b)];
    expect(Array.from(values(() => pseudoLabelMask(tf.tensor1d(confidence), share)))).toEqual([1, 0, 1, 0, 1, 0]);
    expect(Array.from(values(() => pseudoLabelMask(tf.tensor1d(confidence), 0.4, { mixCut: 0.5 })))).toEqual([1, 0, 1, 0, 1, 1]);
    const slope = tf.tidy(() => grad((y: tf.Tensor) => asymmetricMixupLoss(y, p, q, share, tf.tensor1d(confidence)))(x).arraySync()) as number[][];
    for (const row of [1, 3, 5]) expect(slope[row]!.every((value) => value === 0)).toBe(true);
    const each = values(() => asymmetricMixupLoss(x, p, q, share, tf.tensor1d(confidence), { reduction: 'none' }));
    near(values(() => asymmetricMixupLoss(x, p, q, share, tf.tensor1d(confidence))), [each.reduce((sum, value) => sum + value) / 6]);
  });

  it('names what does not fit', () => {
    tf.tidy(() => {
      const [x, y] = [tf.zeros([2, 3]), int([0, 1])];
      const thrown: [() => unknown, string][] = [
        [() => decoupledMixupLoss(x, y, y, 2), 'decoupledMixupLoss: lambda must be in [0, 1], got 2'],
        [() => decoupledMixupLoss(x, y, y, Number.NaN), 'decoupledMixupLoss: lambda must be in [0, 1], got NaN'],
        [() => decoupledMixupLoss(x, y, y, 0.5, { eta: -1 }), 'decoupledMixupLoss: eta must be >= 0 and finite, got -1'],
        [() => decoupledMixupLoss(x, y, y, 0.5, { keep: 'all' as 'both' }), "decoupledMixupLoss: keep must be 'both', 'less' or 'more', got 'all'"],
        [() => decoupledMixupLoss(x, y, y, 0.5, { rescale: { mode: 'pow', threshold: 0 } }), 'decoupledMixupLoss: rescale.threshold must be in (0, 1], got 0'],
        [() => decoupledMixupLoss(x, y, y, 0.5, { rescale: { mode: 'exp' } }), "decoupledMixupLoss: rescale.exponent must be neither 0 nor ±1 where rescale.mode is 'exp', got 1"],
        [() => rescaleLambda(0.5, { mode: 'linear' as 'pow' }), "rescaleLambda: rescale.mode must be 'none', 'pow' or 'exp', got 'linear'"],
        [() => rescaleLambda(0.5, { mode: 'pow', exponent: 100 }), 'rescaleLambda: rescale.exponent must be in (-100, 100), got 100'],
        [() => rescaleLambda(-1, { mode: 'pow' }), 'rescaleLambda: lambda must be in [0, 1], got -1'],
        [() => decoupledMixupLoss(x, y, y, 0.5, { classWeights: tf.ones([2]) }), 'decoupledMixupLoss: classWeights must have shape [3], got [2]'],
        [() => decoupledKMixLoss(x, y, tf.ones([2])), 'decoupledKMixLoss: labels must have shape [2, k], got [2]'],
        [() => decoupledKMixLoss(x, tf.zeros([2, 2], 'int32'), tf.ones([3])), 'decoupledKMixLoss: shares must have shape [2] or [2, 2], got [3]'],
        [() => decoupledTargets(y, y, 0.5, 3, { labelSum: 0 }), 'decoupledTargets: labelSum must be in (0, 1], got 0'],
        [() => decoupledTargets(y, y, 0.5, 3, { sides: 'labeled' as 'a' }), "decoupledTargets: sides must be 'both', 'a', 'b' or 'none', got 'labeled'"],
        [() => decoupledBinaryCrossEntropy(x, y, y, 0.5, { negativeWeight: 2 }), 'decoupledBinaryCrossEntropy: negativeWeight must be in [0, 1], got 2'],
        [() => asymmetricMixupLoss(x, y, y, 0.5, tf.ones([3])), 'asymmetricMixupLoss: confidence must have shape [2], got [3]'],
        [() => pseudoLabelMask(tf.ones([2]), 0.5, { cut: 2 }), 'pseudoLabelMask: cut must be in [0, 1], got 2'],
      ];
      for (const [call, message] of thrown) expect(call).toThrow(new RangeError(message));
    });
  });
});
