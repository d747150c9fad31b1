import { bundleForOracle, finiteDifferences } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { relativeError } from './fixtures/relative-error.ts';
import { functions, type Grad } from './fixtures/second-derivatives.ts';
import { stockVerdicts, type Verdict, type Verdicts } from './fixtures/verdicts.ts';

type Fixture = typeof import('./fixtures/second-derivatives.ts') & { readonly grad?: Grad };

const load = (name: string): Promise<Fixture> => bundleForOracle<Fixture>(new URL(`fixtures/${name}.ts`, import.meta.url));

function verdict(derivative: (x: readonly number[]) => number[], of: (x: ArrayLike<number>) => number, point: readonly number[]): Verdict {
  try {
    const error = relativeError([derivative(point)], finiteDifferences((x) => of(x), [point]));
    return error < 1e-9 ? 'right' : `${Math.round(100 * error)} % wrong`;
  } catch {
    return 'throws';
  }
}

const judge = ({ point, lossAt, gradientAt, slopeAt, curvatureAt, grad }: Fixture, name: string): Verdicts => [
  verdict((x) => gradientAt(name, x, grad), (x) => lossAt(name, x), point),
  verdict((x) => curvatureAt(name, x, grad), (x) => slopeAt(name, x, grad), point),
];

/** Those of this package; every other function is right. */
const exceptions: Readonly<Record<string, Verdicts>> = {
  'tf.logSigmoid': ['throws', 'throws'],
  'tf.losses.softmaxCrossEntropy': ['right', 'throws'],
};

describe('first and second derivatives against finite differences in float64', () => {
  it.each(Object.keys(functions))('%s with the gradients of TensorFlow.js', async (name) => {
    expect(judge(await load('with-stock-gradients'), name)).toEqual(stockVerdicts[name]);
  });

  it.each(Object.keys(functions))('%s with the gradients of this package', async (name) => {
    expect(judge(await load('with-our-gradients'), name)).toEqual(exceptions[name] ?? ['right', 'right']);
  });

  it('tf.losses.softmaxCrossEntropy says what to use for a second derivative', async () => {
    const { curvatureAt, grad, point } = await load('with-our-gradients');
    expect(() => curvatureAt('tf.losses.softmaxCrossEntropy', point, grad)).toThrow(/use softCrossEntropy of @mixwell\/losses/);
  });
});

describe('tf.losses.softmaxCrossEntropy', () => {
  it('is differentiated by labels, and with labels that do not sum to 1', async () => {
    const { grad, tf: tf64 } = (await load('with-our-gradients')) as Fixture & { readonly grad: typeof import('./index.ts').grad; readonly tf: typeof tf };
    const loss = (z: tf.Tensor, t: tf.Tensor): tf.Tensor => tf64.losses.softmaxCrossEntropy(t, z);
    const tensors = (values: readonly ArrayLike<number>[]): [tf.Tensor, tf.Tensor] => [tf64.tensor2d(Array.from(values[0]!), [2, 3]), tf64.tensor2d(Array.from(values[1]!), [2, 3])];
    const at = [[1, 2, 0.5, -1, 0.3, 0.2], [0.7, 0.2, 0.4, 0.1, 0.1, 0.3]];
    const got = grad(loss, { wrt: [0, 1] })(...tensors(at)).map((g) => g.dataSync());
    expect(relativeError(got, finiteDifferences((...values) => loss(...tensors(values)).dataSync()[0]!, at))).toBeLessThan(1e-9);
  });
});
