// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import * as autodiff from '@mixwell/autodiff';
import { createRng } from '@mixwell/tensor';
import { expectNoLeaks, finiteDifferences } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Float64Library, float64Library, type Library, near, unit } from '../fixtures.ts';
import { type Batch, batchOf, mean, type Rows, rowsOf, softplus } from '../pair-losses/fixtures.ts';
import * as all from '../tf.ts';

type Loss = (o: Library, e: tf.Tensor, y: tf.Tensor1D, proxies: tf.Tensor) => tf.Tensor;
/** Of the labels and cosine similarities [n][proxies]. */
type Definition = (labels: readonly number[], s: Rows) => number;

const [dimensions, classes, perClass] = [4, 3, 2];
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const lse = (z: readonly number[]): number => Math.max(...z) + Math.log(sum(z.map((x) => Math.exp(x - Math.max(...z)))));
const isClass = (label: number): boolean => label >= 0 && label < classes;
const eachClass = <T>(f: (c: number) => T): T[] => Array.from({ length: classes }, (_, c) => f(c));
/** Mean cross entropy over samples whose label is a class. */
const crossEntropy = (labels: readonly number[], logits: (i: number) => number[]): number => mean(labels.flatMap((label, i) => (isClass(label) ? [lse(logits(i)) - logits(i)[label]!] : [])));

const proxyAnchor = (labels: readonly number[], s: Rows, scale: number): number => {
  const soft = (z: readonly number[]): number => softplus(z.length === 0 ? -Infinity : lse(z));
  const side = (c: number, own: boolean, f: (s: number) => number): number[] => labels.flatMap((label, i) => (isClass(label) && (label === c) === own ? [f(s[i]![c]!)] : []));
  const present = eachClass((c) => c).filter((c) => labels.includes(c));
  return mean(present.map((c) => soft(side(c, true, (x) => -32 * (x - 0.1))) / scale)) + mean(eachClass((c) => soft(side(c, false, (x) => 32 * (x + 0.1))) / scale));
};

const cases: Readonly<Record<string, { readonly loss: Loss; readonly definition: Definition; readonly centres?: true }>> = {
  'Proxy-Anchor': { loss: (o, e, y, p) => o.proxyAnchorLoss(e, y, p), definition: (y, s) => proxyAnchor(y, s, 1) },
  'Proxy-Anchor by alpha': { loss: (o, e, y, p) => o.proxyAnchorLoss(e, y, p, { scaleByAlpha: true }), definition: (y, s) => proxyAnchor(y, s, 32) },
  ProxyNCA: { loss: (o, e, y, p) => o.proxyNcaLoss(e, y, p), definition: (y, s) => crossEntropy(y, (i) => s[i]!.map((x) => -(2 - 2 * x))) },
  'ProxyNCA, negatives': {
    loss: (o, e, y, p) => o.proxyNcaLoss(e, y, p, { scale: 3, denominator: 'negatives' }),
    definition: (y, s) => mean(y.flatMap((label, i) => (isClass(label) ? [lse(s[i]!.filter((_, c) => c !== label).map((x) => 6 * x)) - 6 * s[i]![label]!] : []))),
  },
  SoftTriple: {
    centres: true,
    loss: (o, e, y, p) => o.softTripleLoss(e, y, p, { perClass }),
    definition: (y, s) => crossEntropy(y, (i) => eachClass((c) => {
      const own = s[i]!.slice(c * perClass, (c + 1) * perClass);
      const shares = own.map((x) => Math.exp(x / 0.1 - lse(own.map((other) => other / 0.1))));
      return 20 * (sum(own.map((x, k) => x * shares[k]!)) - (c === y[i] ? 0.01 : 0));
    })),
  },
  ArcFace: {
    loss: (o, e, y, p) => o.arcFaceLoss(e, y, p),
    definition: (y, s) => {
      const m = 28.6 * Math.PI / 180;
      return crossEntropy(y, (i) => s[i]!.map((x, c) => 64 * (c !== y[i] ? x : Math.acos(x) <= Math.PI - m ? Math.cos(Math.acos(x) + m) : x - m * Math.sin(m))));
    },
  },
  CosFace: { loss: (o, e, y, p) => o.cosFaceLoss(e, y, p), definition: (y, s) => crossEntropy(y, (i) => s[i]!.map((x, c) => 64 * (x - (c === y[i] ? 0.35 : 0)))) },
  'normalized softmax': { loss: (o, e, y, p) => o.normalizedSoftmaxLoss(e, y, p), definition: (y, s) => crossEntropy(y, (i) => s[i]!.map((x) => x / 0.05)) },
};
const names = Object.keys(cases);

const flat = (rows: Rows): Float64Array => Float64Array.from(rows.flat());
const similarities = (e: Rows, p: Rows): number[][] => e.map(unit).map((a) => p.map(unit).map((b) => sum(a.map((x, k) => x * b[k]!))));

/** The last label is no class. */
const batches: readonly Batch[] = [1, 2].map((seed) => {
  const { rows, labels } = batchOf(seed, 7, dimensions, classes);
  return { rows, labels: [...labels.slice(1), seed === 1 ? -1 : classes] };
});
const proxiesOf = (name: string): Rows => batchOf(7, cases[name]!.centres ? classes * perClass : classes, dimensions, 1).rows;

/** Value, and gradients by embeddings and proxies. */
function valueAndGradients(o: Library, name: string, { rows, labels }: Batch, proxies: Rows): Float64Array[] {
  const y = o.tf.tensor1d(labels as number[], 'int32');
  const { value, grads } = o.tf.valueAndGrads((e: tf.Tensor, p: tf.Tensor) => cases[name]!.loss(o, e, y, p) as tf.Scalar)([o.tf.tensor2d(rows as number[][]), o.tf.tensor2d(proxies as number[][])]);
  return [value, ...grads].map((x) => Float64Array.from(x.dataSync()));
}

describe('proxy losses in float64', () => {
  let o: Float64Library;
  beforeAll(async () => { o = await float64Library(); });

  it.each(names)('%s is its definition, with its gradients by finite differences', (name) => {
    const proxies = proxiesOf(name);
    for (const batch of batches) {
      const definition = (e: Float64Array, p: Float64Array): number => cases[name]!.definition(batch.labels, similarities(rowsOf(e, dimensions), rowsOf(p, dimensions)));
      const [value, ...gradients] = valueAndGradients(o, name, batch, proxies);
      const at = [flat(batch.rows), flat(proxies)] as const;
      near(value!, [definition(...at)], 1e-10);
      finiteDifferences(definition as (...args: Float64Array[]) => number, at, { step: 1e-5 }).forEach((wanted, k) => near(gradients[k]!, wanted, 1e-7));
    }
  });
});

describe.each(plainAnd(BACKEND_NAME))('proxy losses on %s', (backEnd) => {
  beforeAll(async () => { await tf.setBackend(backEnd); });
  const here: Library = { tf, ...all };

  it.each(names)('%s and its gradients are finite on degenerate batches', (name) => {
    const proxies = proxiesOf(name);
    const own = (sign: number): Batch => ({ rows: proxies.slice(0, 1).map((row) => row.map((x) => sign * x)), labels: [0] });
    const degenerate: Record<string, Batch> = {
      'one class': { ...batches[0]!, labels: batches[0]!.labels.map(() => 1) },
      'no class': { ...batches[0]!, labels: batches[0]!.labels.map(() => -1) },
      'on its proxy': own(1),
      'opposite of its proxy': own(-1),
      zeros: { rows: [[0, 0, 0, 0], [0, 0, 0, 0]], labels: [0, 2] },
    };
    for (const [what, batch] of Object.entries(degenerate)) {
      const numbers = valueAndGradients(here, name, batch, proxies).flatMap((x) => Array.from(x));
      expect([what, numbers.every(Number.isFinite)]).toEqual([what, true]);
    }
  });

  it.each(names)('%s in a compiled step is what it is in float64', async (name) => {
    const o = await float64Library();
    const [batch, proxies] = [batches[0]!, proxiesOf(name)];
    const step = autodiff.compile((e: tf.Tensor, y: tf.Tensor, p: tf.Tensor) => autodiff.valueAndGrad((a: tf.Tensor, b: tf.Tensor) => cases[name]!.loss(here, a, y as tf.Tensor1D, b) as tf.Scalar, { wrt: [0, 1] })(e, p));
    const { value, grads } = step(tf.tensor2d(batch.rows as number[][]), tf.tensor1d(batch.labels as number[], 'int32'), tf.tensor2d(proxies as number[][]));
    [value, ...grads].forEach((x, k) => near(x.dataSync(), valueAndGradients(o, name, batch, proxies)[k]!, 2e-5));
  });
});

describe('proxy losses', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });
  const { rows, labels } = batches[0]!;
  const e = tf.tensor2d(rows as number[][]);
  const y = tf.tensor1d(labels as number[], 'int32');
  const proxies = tf.tensor2d(proxiesOf('ArcFace') as number[][]);

  it('leave nothing behind', async () => {
    await expectNoLeaks(() => all.softTripleLoss(e, y, proxies, { perClass: 1 }), { times: 2 });
    for (const loss of [all.proxyAnchorLoss, all.proxyNcaLoss, all.arcFaceLoss, all.cosFaceLoss, all.normalizedSoftmaxLoss]) await expectNoLeaks(() => loss(e, y, proxies), { times: 2 });
  });

  it('start from proxies of a seed', () => {
    const drawn = all.initProxies(createRng(1), 50, 40, { perClass: 2 });
    expect(drawn.shape).toEqual([100, 40]);
    expect(tf.moments(drawn).variance.dataSync()[0]).toBeCloseTo(2 / 50, 3);
    expect(all.initProxies(createRng(1), 50, 40, { perClass: 2 }).dataSync()).toEqual(drawn.dataSync());
    expect(() => all.initProxies(createRng(1), 0, 4)).toThrow(new RangeError('initProxies: classes must be a whole number >= 1, got 0'));
  });

  it('refuse what does not fit', () => {
    expect(() => all.arcFaceLoss(e, y, tf.zeros([3, 5]))).toThrow('arcFaceLoss: embeddings and proxies must have one width, got [7, 4] and [3, 5]');
    expect(() => all.arcFaceLoss(e, y, proxies, { marginDegrees: 200 })).toThrow(new RangeError('arcFaceLoss: marginDegrees must be in [0, 180], got 200'));
    expect(() => all.softTripleLoss(e, y, proxies, { perClass: 2 })).toThrow(new RangeError('softTripleLoss: centres must have 2 rows for each class, got [3, 4]'));
    expect(() => all.proxyAnchorLoss(e, y, proxies, { scale: -1 })).toThrow(new RangeError('proxyAnchorLoss: scale must be > 0 and finite, got -1'));
    expect(() => all.cosFaceLoss(e, tf.zeros([7]) as tf.Tensor1D, proxies)).toThrow(new TypeError('cosFaceLoss: labels must be int32, got float32'));
    expect(() => all.proxyNcaLoss(e, y, proxies, { denominator: 'some' as never })).toThrow("proxyNcaLoss: denominator must be 'all' or 'negatives', got 'some'");
  });
});
