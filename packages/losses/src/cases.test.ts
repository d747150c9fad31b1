// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import * as autodiff from '@mixwell/autodiff';
import { bundleForOracle, expectNoLeaks, finiteDifferences } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchOf, type BatchDrawn, type LossCase, lossCases, type Losses } from './fixtures-cases.ts';
import * as losses from './index.ts';

const here: Losses = { tf, ...autodiff, ...losses };
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

function near(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(got).toHaveLength(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(tolerance * (1 + Math.abs(value))));
}

const rowsOf = (flat: ArrayLike<number>, classes: number): number[][] => Array.from({ length: flat.length / classes }, (_, i) => Array.from({ length: classes }, (__, k) => flat[i * classes + k]!));

/** Where a case is differentiated: logits, and those of mixed copies if it reads them. */
const pointOf = ({ ofMixed }: LossCase, d: BatchDrawn): Float64Array[] => [d.logits, ...(ofMixed ? [d.mixed] : [])].map((rows) => Float64Array.from(rows.flat()));

/** The loss as a function of its logits alone. */
function objective(o: Losses, { loss, ofMixed }: LossCase, d: BatchDrawn): (...x: tf.Tensor[]) => tf.Tensor {
  return (z, mixed) => loss(o, d, z!, ofMixed ? mixed! : o.tf.tensor2d(d.mixed), 'mean');
}

const gradsOf = (o: Losses, fn: (...x: tf.Tensor[]) => tf.Tensor, x: tf.Tensor[]): tf.Tensor[] => o.grad((...y: tf.Tensor[]) => fn(...y) as tf.Scalar, { wrt: x.map((_, i) => i) })(...x);

function gradients(o: Losses, fn: (...x: tf.Tensor[]) => tf.Tensor, at: readonly ArrayLike<number>[], classes: number): Float64Array[] {
  const x = at.map((values) => o.tf.tensor2d(rowsOf(values, classes)));
  return gradsOf(o, fn, x).map((grad) => Float64Array.from(grad.dataSync()));
}

const direction = (x: ArrayLike<number>, k: number): number[] => Array.from(x, (_, i) => Math.sin(1 + i + 10 * k));

/** Hessian times a direction. */
function secondDerivatives(o: Losses, fn: (...x: tf.Tensor[]) => tf.Tensor, at: readonly ArrayLike<number>[], classes: number): Float64Array[] {
  const along = (...x: tf.Tensor[]): tf.Tensor => gradsOf(o, fn, x).map((grad, k) => o.tf.sum(o.tf.mul(grad, o.tf.tensor2d(rowsOf(direction(at[k]!, k), classes))))).reduce((a, b) => o.tf.add(a, b));
  return gradients(o, along, at, classes);
}

let oracle: Losses;
beforeAll(async () => { oracle = await bundleForOracle<typeof losses & typeof autodiff>('@mixwell/autodiff', new URL('index.ts', import.meta.url)); });

describe.each(plainAnd(BACKEND_NAME))('on %s', (backend) => {
  beforeAll(async () => { await tf.setBackend(backend); });

  it.each(Object.entries(lossCases))('%s is what its definition says, per sample, as mean and as sum', (_, { loss, definition }) => {
    for (const d of [batchOf(1, 7, 5), batchOf(2, 1, 2), batchOf(4, 3, 67, 4)]) {
      const wanted = definition(d, d.logits, d.mixed);
      const got = (reduction: losses.Reduction): Float32Array => tf.tidy(() => loss(here, d, tf.tensor2d(d.logits), tf.tensor2d(d.mixed), reduction).dataSync<'float32'>());
      near(got('none'), wanted, 4e-6);
      near(got('mean'), [mean(wanted)], 4e-6);
      near(got('sum'), [mean(wanted) * wanted.length], 4e-6);
    }
  });

  it.each(Object.entries(lossCases))('%s leaves no tensor behind', async (_, one) => {
    const d = batchOf(1, 3, 4);
    await expectNoLeaks(() => tf.tidy(() => one.loss(here, d, tf.tensor2d(d.logits), tf.tensor2d(d.mixed), 'mean')));
  });

  it.each(Object.entries(lossCases))('%s and its gradient at logits of ±10⁴ are what float64 gives', (_, one) => {
    const d: BatchDrawn = {
      ...batchOf(9, 4, 3), logits: [[1e4, -1e4, 0], [-1e4, 1e4, 9999.5], [1e4, 1e4, 1e4], [-1e4, -1e4, -9999]], labelsA: [0, 1, 2, 1], labelsB: [1, 0, 0, 2], lambdas: [0.25, 1, 0, 0.5],
      mixed: [[0, 1e4, 0], [1, 2, 3], [-1e4, 1e4, 0], [9999, 1e4, -1e4], [1e4, 0, 1e4], [-1e4, -1e4, -1e4], [5, 5, 5], [1e4, 1, 1]],
    };
    const at = pointOf(one, d);
    tf.tidy(() => {
      near(objective(here, one, d)(tf.tensor2d(d.logits), tf.tensor2d(d.mixed)).dataSync(), [mean(one.definition(d, d.logits, d.mixed))], 4e-6);
      const wanted = gradients(oracle, objective(oracle, one, d), at, 3);
      gradients(here, objective(here, one, d), at, 3).forEach((grad, k) => near(grad, wanted[k]!, 4e-6));
    });
  });
});

describe.each(Object.entries(lossCases))('in float64 %s', (_, one) => {
  const [classes, d] = [4, batchOf(7, 3, 4)];
  const at = pointOf(one, d);

  it('has the gradients of its definition, by finite differences', () => {
    const definition = (z: ArrayLike<number>, mixed?: ArrayLike<number>): number => mean(one.definition(d, rowsOf(z, classes), mixed ? rowsOf(mixed, classes) : d.mixed));
    const got = gradients(oracle, objective(oracle, one, d), at, classes);
    finiteDifferences(definition, at).forEach((wanted, k) => near(got[k]!, wanted, 1e-8));
  });

  it('has second derivatives that are those of its gradients, by finite differences', () => {
    const slopes = (...x: ArrayLike<number>[]): number => gradients(oracle, objective(oracle, one, d), x, classes).reduce((sum, grad, k) => grad.reduce((s, g, i) => s + g * direction(at[k]!, k)[i]!, sum), 0);
    const got = secondDerivatives(oracle, objective(oracle, one, d), at, classes);
    finiteDifferences(slopes, at).forEach((wanted, k) => near(got[k]!, wanted, 1e-7));
  });
});

describe('in float32, on a back end that compiles', () => {
  beforeAll(async () => { await tf.setBackend(plainAnd(BACKEND_NAME).at(-1)!); });

  it.each(Object.entries(lossCases))('%s has the first two derivatives of float64', (_, one) => {
    const d = batchOf(7, 3, 4);
    const at = pointOf(one, d);
    tf.tidy(() => {
      gradients(here, objective(here, one, d), at, 4).forEach((grad, k) => near(grad, gradients(oracle, objective(oracle, one, d), at, 4)[k]!, 4e-6));
      secondDerivatives(here, objective(here, one, d), at, 4).forEach((grad, k) => near(grad, secondDerivatives(oracle, objective(oracle, one, d), at, 4)[k]!, 2e-5));
    });
  });

  it.each(Object.entries(lossCases))('%s and its gradient in a compiled step are what they are outside of it', (_, one) => {
    const d = batchOf(5, 4, 5);
    tf.tidy(() => {
      const [z, mixed] = [tf.tensor2d(d.logits), tf.tensor2d(d.mixed)];
      const valueAndGrads = (x: tf.Tensor, y: tf.Tensor): tf.Tensor[] => {
        const { value, grads } = autodiff.valueAndGrad(objective(here, one, d) as (...z: tf.Tensor[]) => tf.Scalar, { wrt: one.ofMixed ? [0, 1] : [0] })(x, y);
        return [value, ...grads];
      };
      const wanted = valueAndGrads(z, mixed).map((x) => x.dataSync());
      autodiff.compile(valueAndGrads)(z, mixed).forEach((x, i) => near(x.dataSync(), wanted[i]!, 1e-6));
    });
  });
});

it('labels out of range count as none', async () => {
  await tf.setBackend(plainBackEnd);
  tf.tidy(() => {
    const [z, a, b] = [tf.tensor2d([[1, 2, 0.5], [0.3, 1, -1]]), tf.tensor1d([-1, 1], 'int32'), tf.tensor1d([0, 3], 'int32')];
    const ce = losses.crossEntropy(z, a, { reduction: 'none' }).arraySync();
    expect(ce[0]).toBeCloseTo(0, 12);
    expect(losses.maskedMean(losses.crossEntropy(z, a, { reduction: 'none' }), tf.greaterEqual(a, 0)).arraySync()).toBeCloseTo(ce[1]!, 6);
    near(losses.decoupledMixupLoss(z, a, b, 0.3, { reduction: 'none' }).dataSync(), losses.mixupCrossEntropy(z, a, b, 0.3, { reduction: 'none' }).dataSync(), 1e-6);
    expect(losses.maskedMean(losses.crossEntropy(z, a, { reduction: 'none' }), tf.zeros([2])).arraySync()).toBe(0);
  });
});
