// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import '@mixwell/autodiff';
import { bundleForOracle, finiteDifferences, type ScalarFunction } from '@mixwell/testing';
import { plainAnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { definitions, drawn } from './fixtures.ts';
import * as losses from './index.ts';

type Oracle = typeof losses & { readonly tf: typeof tf };

const [n, classes] = [3, 4];
const data = drawn(7, n, classes);
const rowsOf = (flat: ArrayLike<number>): number[][] => Array.from({ length: n }, (_, i) => Array.from({ length: classes }, (_, k) => flat[i * classes + k]!));
const mean = (value: (i: number) => number): number => Array.from({ length: n }, (_, i) => value(i)).reduce((a, b) => a + b) / n;

interface Case {
  /** What is differentiated, [n, classes] or [n]. */
  readonly at: readonly number[][][] | readonly [number[][], number[]];
  readonly loss: (oracle: Oracle, ...x: tf.Tensor[]) => tf.Tensor;
  readonly definition: ScalarFunction;
}

const labels = ({ tf }: Oracle): [tf.Tensor1D, tf.Tensor1D] => [tf.tensor1d(data.labelsA, 'int32'), tf.tensor1d(data.labelsB, 'int32')];

const cases: Record<string, Case> = {
  'softCrossEntropy in logits and targets': {
    at: [data.logits, data.targets],
    loss: (o, z, t) => o.softCrossEntropy(z, t, { labelSmoothing: 0.1 }),
    definition: (z, t) => mean((i) => definitions.softCrossEntropy(rowsOf(z)[i]!, rowsOf(t)[i]!, 0.1)),
  },
  'crossEntropy in logits': {
    at: [data.logits],
    loss: (o, z) => o.crossEntropy(z, labels(o)[0]),
    definition: (z) => mean((i) => definitions.mixupCrossEntropy(rowsOf(z)[i]!, data.labelsA[i]!, 0, 1)),
  },
  'mixupCrossEntropy in logits and λ': {
    at: [data.logits, data.lambdas],
    loss: (o, z, lambda) => o.mixupCrossEntropy(z, ...labels(o), lambda),
    definition: (z, lambda) => mean((i) => definitions.mixupCrossEntropy(rowsOf(z)[i]!, data.labelsA[i]!, data.labelsB[i]!, lambda[i]!)),
  },
  'binaryCrossEntropy in logits and targets': {
    at: [data.logits, data.targets],
    loss: (o, z, t) => o.binaryCrossEntropy(z, t),
    definition: (z, t) => mean((i) => definitions.binaryCrossEntropy(rowsOf(z)[i]!, rowsOf(t)[i]!)),
  },
  'klDivergence in both logits': {
    at: [data.logits, data.others],
    loss: (o, p, q) => o.klDivergence(p, q),
    definition: (p, q) => mean((i) => definitions.klDivergence(rowsOf(p)[i]!, rowsOf(q)[i]!)),
  },
  'entropy in logits': {
    at: [data.logits],
    loss: (o, z) => o.entropy(z),
    definition: (z) => mean((i) => definitions.entropy(rowsOf(z)[i]!)),
  },
};

const near = (got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void => {
  expect(got).toHaveLength(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(tolerance * (1 + Math.abs(value))));
};

const directionOf = (x: ArrayLike<number>, k: number): Float64Array => Float64Array.from(x, (_, i) => Math.sin(1 + i + 10 * k));

/** Gradients of a function of the arguments, as plain arrays. */
function gradients({ tf }: Oracle, fn: (...x: tf.Tensor[]) => tf.Tensor, ...xs: ArrayLike<number>[]): Float64Array[] {
  const tensors = xs.map((x) => tf.tensor(Array.from(x), x.length === n ? [n] : [n, classes]));
  return tf.grads(fn)(tensors).map((grad) => Float64Array.from(grad.dataSync()));
}

/** Hessian times a direction. */
function secondDerivatives(oracle: Oracle, { loss }: Case, ...xs: ArrayLike<number>[]): Float64Array[] {
  const { tf } = oracle;
  const along = (...x: tf.Tensor[]): tf.Tensor => {
    const grads = tf.grads((...y: tf.Tensor[]) => loss(oracle, ...y))(x);
    return grads.map((grad, k) => tf.sum(tf.mul(grad, tf.tensor(Array.from(directionOf(xs[k]!, k)), grad.shape)))).reduce((a, b) => tf.add(a, b));
  };
  return gradients(oracle, along, ...xs);
}

describe.each(Object.entries(cases))('%s', (_, { at, loss, definition }) => {
  let oracle: Oracle;
  const flat = at.map((x) => Float64Array.from((x as (number | number[])[]).flat()));
  beforeAll(async () => { oracle = await bundleForOracle<typeof losses>('@mixwell/autodiff', new URL('index.ts', import.meta.url)); });

  it('has the gradients of its definition, by finite differences in float64', () => {
    const got = gradients(oracle, (...x) => loss(oracle, ...x), ...flat);
    finiteDifferences(definition, flat).forEach((wanted, k) => near(got[k]!, wanted, 1e-9));
  });

  it('has second derivatives that are those of its gradients, by finite differences in float64', () => {
    const slopes: ScalarFunction = (...x) => gradients(oracle, (...y) => loss(oracle, ...y), ...x)
      .reduce((sum, grad, k) => grad.reduce((s, g, i) => s + g * directionOf(x[k]!, k)[i]!, sum), 0);
    const got = secondDerivatives(oracle, { at, loss, definition }, ...flat);
    finiteDifferences(slopes, flat).forEach((wanted, k) => near(got[k]!, wanted, 1e-8));
  });

  it.each(plainAnd(BACKEND_NAME))('has both in float32 too, on %s', async (backend) => {
    await tf.setBackend(backend);
    const here: Oracle = { tf, ...losses };
    gradients(here, (...x) => loss(here, ...x), ...flat).forEach((got, k) => near(got, gradients(oracle, (...x) => loss(oracle, ...x), ...flat)[k]!, 1e-6));
    secondDerivatives(here, { at, loss, definition }, ...flat).forEach((got, k) => near(got, secondDerivatives(oracle, { at, loss, definition }, ...flat)[k]!, 2e-6));
  });
});

describe.each(plainAnd(BACKEND_NAME))('at logits of ±10⁴, on %s', (backend) => {
  beforeAll(async () => { await tf.setBackend(backend); });

  const extreme = [[1e4, -1e4, 0], [-1e4, 1e4, 1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, -9999]];
  const others = [[-1e4, 1e4, 0], [0, 0, 0], [-1e4, 1e4, -1e4], [1e4, 0, 1]];
  const targets = [[0, 1, 0], [0.5, 0.25, 0.25], [0, 0, 1], [0.3, 0.3, 0.4]];
  const [a, b, lambdas] = [[0, 1, 2, 1], [1, 0, 0, 2], [0.2, 1, 0, 0.5]];
  const int = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
  const average = (value: (i: number) => number): number => extreme.reduce((sum, _, i) => sum + value(i), 0) / extreme.length;

  const checks: Record<string, [(z: tf.Tensor) => tf.Tensor, (z: number[][]) => number]> = {
    softCrossEntropy: [(z) => losses.softCrossEntropy(z, tf.tensor2d(targets)), (z) => average((i) => definitions.softCrossEntropy(z[i]!, targets[i]!))],
    crossEntropy: [(z) => losses.crossEntropy(z, int(a)), (z) => average((i) => definitions.mixupCrossEntropy(z[i]!, a[i]!, 0, 1))],
    mixupCrossEntropy: [(z) => losses.mixupCrossEntropy(z, int(a), int(b), tf.tensor1d(lambdas)), (z) => average((i) => definitions.mixupCrossEntropy(z[i]!, a[i]!, b[i]!, lambdas[i]!))],
    binaryCrossEntropy: [(z) => losses.binaryCrossEntropy(z, tf.tensor2d(targets)), (z) => average((i) => definitions.binaryCrossEntropy(z[i]!, targets[i]!))],
    'klDivergence in p': [(z) => losses.klDivergence(z, tf.tensor2d(others)), (z) => average((i) => definitions.klDivergence(z[i]!, others[i]!))],
    'klDivergence in q': [(z) => losses.klDivergence(tf.tensor2d(others), z), (z) => average((i) => definitions.klDivergence(others[i]!, z[i]!))],
    entropy: [(z) => losses.entropy(z), (z) => average((i) => definitions.entropy(z[i]!))],
  };

  it.each(Object.entries(checks))('%s and its gradient are what float64 gives', (_, [loss, definition]) => {
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad(loss)(tf.tensor2d(extreme));
      near(value.dataSync(), [definition(extreme)], 1e-6);
      const reshaped = (flat: Float64Array): number[][] => extreme.map((row, i) => row.map((_, k) => flat[i * 3 + k]!));
      const wanted = finiteDifferences((z) => definition(reshaped(z)), [extreme.flat()], { step: 1e-8 })[0]!;
      near(grad.dataSync(), wanted, 2e-3);
    });
  });
});
