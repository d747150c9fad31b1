import { readFileSync } from 'node:fs';
import { stateDict, type StateDict } from '@mixwell/tensor';
import { expectNoLeaks } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW } from './adam-w.ts';
import { clipByGlobalNorm, clipByValue } from './clip.ts';
import { cosine } from './cosine.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { stepDecay } from './step-decay.ts';

beforeAll(() => tf.setBackend(plainBackEnd));

type Values = Record<string, number[] | number[][]>;
type Dict = StateDict<tf.Tensor>;

const fixture = JSON.parse(readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8')) as { start: Values; grads: Values[]; traces: Record<string, Values[]> };
const dict = (values: Values): Dict => stateDict(Object.entries(values).map(([name, value]) => [name, tf.tensor(value)]));
const plain = (tensors: Dict): Values => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.arraySync() as number[]]));

/** Parameters after each step from the fixture's gradients. */
function run(optimizer: Optimizer, clip: (grads: Dict) => Dict = (grads) => grads): Values[] {
  let params = dict(fixture.start);
  let state = optimizer.init(params);
  return fixture.grads.map((grads, step) => {
    ({ params, state } = optimizer.update(clip(dict(grads)), state, params, { learningRate: tf.scalar(optimizer.learningRate(step)) }));
    return plain(params);
  });
}

function expectClose(actual: Values[], expected: Values[], tolerance: number): void {
  const flat = (steps: Values[]): number[] => steps.flatMap((step) => Object.keys(step).sort().flatMap((name) => step[name]!.flat()));
  const [a, b] = [flat(actual), flat(expected)];
  expect(a.length).toBe(b.length);
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(tolerance);
}

const noBias = [{ match: '*bias', weightDecay: 0, learningRateScale: 3 }];

describe('the updates of PyTorch', () => {
  it.each<[string, Optimizer, ((grads: Dict) => Dict)?]>([
    ['sgd', sgd({ learningRate: 0.1 })],
    ['sgd_decay', sgd({ learningRate: 0.1, weightDecay: 0.05 })],
    ['sgd_momentum', sgd({ learningRate: 0.1, momentum: 0.9 })],
    ['sgd_nesterov_decay', sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.05 })],
    ['sgd_groups', sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.05, groups: noBias })],
    ['sgd_cosine', sgd({ learningRate: cosine({ peak: 0.4, steps: 12, final: 0.02 }), momentum: 0.9 })],
    ['sgd_clip_norm', sgd({ learningRate: 0.1 }), (grads) => clipByGlobalNorm(grads, 1.5).grads],
    ['sgd_clip_value', sgd({ learningRate: 0.1 }), (grads) => clipByValue(grads, 0.5)],
    ['adam', adamW({ learningRate: 0.02 })],
    ['adamw', adamW({ learningRate: 0.02, weightDecay: 0.1 })],
    ['adamw_other', adamW({ learningRate: 0.02, b1: 0.5, b2: 0.9999, epsilon: 1e-3, weightDecay: 0.3 })],
    ['adamw_groups', adamW({ learningRate: 0.02, weightDecay: 0.1, groups: noBias })],
    ['adamw_multistep', adamW({ learningRate: stepDecay({ peak: 0.4, milestones: [3, 7], gamma: 0.2 }), weightDecay: 0.1 })],
  ])('%s', (name, optimizer, clip) => {
    expectClose(run(optimizer, clip), fixture.traces[name]!, 2e-6);
  });
});

const scalar = (value: number): tf.Tensor => tf.scalar(value);
const one = (value: number): Dict => stateDict([['w', tf.tensor1d([value])]]);
const valueOf = (params: Dict, name = 'w'): number => params[name]!.dataSync()[0]!;

describe('sgd', () => {
  it('is the definition, by a naive loop', () => {
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.8, nesterov: true, weightDecay: 0.02 });
    let [p, v] = [0.7, 0];
    let params = one(p);
    let state = optimizer.init(params);
    for (let step = 0; step < 20; step++) {
      const grad = Math.sin(step);
      const d = grad + 0.02 * p;
      v = 0.8 * v + d;
      p -= 0.1 * (d + 0.8 * v);
      ({ params, state } = optimizer.update(one(grad), state, params, { learningRate: scalar(0.1) }));
    }
    expect(valueOf(params)).toBeCloseTo(p, 5);
  });

  it('refuses bad options', () => {
    expect(() => sgd({ learningRate: -1 })).toThrow('sgd: learningRate must be >= 0 and finite, got -1');
    expect(() => sgd({ learningRate: 1, momentum: 1 })).toThrow('sgd: momentum must be in [0, 1), got 1');
    expect(() => sgd({ learningRate: 1, nesterov: true })).toThrow('sgd: momentum must be > 0 with nesterov, got 0');
    expect(() => sgd({ learningRate: 1, weightDecay: Number.NaN })).toThrow('sgd: weightDecay must be >= 0 and finite, got NaN');
    expect(() => sgd({ learningRate: 1, groups: [{ match: 'x', learningRateScale: -2 }] })).toThrow('sgd: groups[0].learningRateScale must be >= 0 and finite, got -2');
    expect(() => sgd({ learningRate: (step) => (step > 2 ? Number.NaN : 1) }).learningRate(3)).toThrow('sgd: learningRate must be >= 0 and finite at every step, got NaN at step 3');
  });
});

describe('adamW', () => {
  it('keeps the bias correction exact where 1 - b2 is tiny and after many steps', () => {
    const b2 = 0.999999;
    const optimizer = adamW({ learningRate: 1, b1: 0, b2, epsilon: 1e-12 });
    for (const done of [0, 1, 10, 100_000, 20_000_000]) {
      const t = done + 1;
      // with b1 = 0 the update is g / sqrt(v / (1 - b2^t)); v is chosen, g = 0.5
      const square = 0.3;
      const state = { count: tf.scalar(done, 'int32'), mean: one(0), square: one(square) };
      const { params } = optimizer.update(one(0.5), state, one(0), { learningRate: scalar(1) });
      const expected = -0.5 / Math.sqrt((b2 * square + (1 - b2) * 0.25) / -Math.expm1(t * Math.log(b2)));
      expect(Math.abs(valueOf(params) / expected - 1)).toBeLessThan(1e-6);
    }
  });

  it('refuses bad options', () => {
    expect(() => adamW({ learningRate: Infinity })).toThrow('adamW: learningRate must be >= 0 and finite, got Infinity');
    expect(() => adamW({ learningRate: 1, b1: 1 })).toThrow('adamW: b1 must be in [0, 1), got 1');
    expect(() => adamW({ learningRate: 1, b2: -0.1 })).toThrow('adamW: b2 must be in [0, 1), got -0.1');
    expect(() => adamW({ learningRate: 1, epsilon: 0 })).toThrow('adamW: epsilon must be > 0 and finite, got 0');
    expect(() => adamW({ learningRate: 1, weightDecay: -1 })).toThrow('adamW: weightDecay must be >= 0 and finite, got -1');
  });
});

describe('groups', () => {
  const params = (): Dict => stateDict([['conv.weight', tf.ones([2, 2])], ['bn.weight', tf.ones([2])], ['bn.bias', tf.ones([2])], ['proxies', tf.ones([3, 2])]]);
  const ones = (): Dict => stateDict(Object.entries(params()).map(([name, param]) => [name, tf.onesLike(param)]));

  it('scale rates, change decay and freeze, by globs or by name and shape; the first that matches decides', () => {
    const optimizer = sgd({
      learningRate: 0.5,
      weightDecay: 0.1,
      groups: [
        { match: ['bn.b*', 'nothing'], frozen: true },
        { match: (_, shape) => shape.length === 1, weightDecay: 0 },
        { match: 'proxies', learningRateScale: 100 },
        { match: '*', learningRateScale: 0 },
      ],
    });
    expect(optimizer.trainable(params())).toEqual(['conv.weight', 'bn.weight', 'proxies']);
    const { params: next } = optimizer.update(ones(), optimizer.init(params()), params(), { learningRate: scalar(0.5) });
    expect(Object.keys(next)).toEqual(Object.keys(params()));
    expect(Object.keys(next).map((name) => valueOf(next, name))).toEqual([1, 0.5, 1, Math.fround(1 - 50 * 1.1)].map((value) => expect.closeTo(value, 5) as number));
  });

  it('keep no state of frozen parameters', () => {
    const optimizer = adamW({ learningRate: 1, groups: [{ match: 'bn.*', frozen: true }] });
    expect(Object.keys(optimizer.init(params())['mean']!)).toEqual(['conv.weight', 'proxies']);
  });

  it('are refused where they match nothing', () => {
    const optimizer = sgd({ learningRate: 1, groups: [{ match: '*' }, { match: 'proxy' }] });
    expect(() => optimizer.init(params())).toThrow("sgd: groups[1].match must match a parameter, got 'proxy' for conv.weight, bn.weight, bn.bias, proxies");
  });

  it('leave parameters without a gradient alone', () => {
    const optimizer = sgd({ learningRate: 1, momentum: 0.9, weightDecay: 1 });
    const { params: next, state } = optimizer.update(stateDict([]), optimizer.init(params()), params(), { learningRate: scalar(1) });
    expect(valueOf(next, 'proxies')).toBe(1);
    expect(Object.keys(state['momentum']!)).toEqual(Object.keys(params()));
  });

  it('name a gradient or state that does not fit', () => {
    const optimizer = sgd({ learningRate: 1, momentum: 0.9 });
    const rates = { learningRate: scalar(1) };
    const wrong = stateDict([['bn.bias', tf.ones([3])]]);
    expect(() => optimizer.update(wrong, optimizer.init(params()), params(), rates)).toThrow('sgd: grads.bn.bias must have shape [2], got [3]');
    expect(() => optimizer.update(ones(), { momentum: stateDict([]) }, params(), rates)).toThrow('sgd: state.momentum must hold conv.weight (init makes it)');
  });
});

describe('clipByGlobalNorm, clipByValue', () => {
  const grads = (): Dict => stateDict<tf.Tensor>([['a', tf.tensor1d([3, 0])], ['b', tf.tensor2d([[0, -4]])]]);

  it('scale all gradients together, and only where they are too long', () => {
    const { grads: clipped, norm } = clipByGlobalNorm(grads(), 1);
    expect(norm.dataSync()[0]).toBe(5);
    expect(valueOf(clipped, 'a')).toBeCloseTo(0.6, 6);
    expect(clipped['b']!.dataSync()[1]).toBeCloseTo(-0.8, 6);
    expect(valueOf(clipByGlobalNorm(grads(), 6).grads, 'a')).toBe(3);
    expect(valueOf(clipByGlobalNorm(one(0), 1).grads)).toBe(0);
  });

  it('cut off single elements', () => {
    const clipped = clipByValue(grads(), 2);
    expect([...clipped['a']!.dataSync(), ...clipped['b']!.dataSync()]).toEqual([2, 0, 0, -2]);
  });

  it('refuse a limit that is not positive', () => {
    expect(() => clipByGlobalNorm(grads(), 0)).toThrow('clipByGlobalNorm: limit must be > 0 and finite, got 0');
    expect(() => clipByValue(grads(), -1)).toThrow('clipByValue: limit must be > 0 and finite, got -1');
  });
});

describe('what updates leave behind', () => {
  it('is their results only', async () => {
    const params = dict(fixture.start);
    const grads = dict(fixture.grads[0]!);
    const learningRate = scalar(0.1);
    for (const optimizer of [sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1, groups: [{ match: 'bias', frozen: true }] }), adamW({ learningRate: 1, weightDecay: 1 })]) {
      const state = optimizer.init(params);
      await expectNoLeaks(() => optimizer.update(grads, state, params, { learningRate }));
    }
    await expectNoLeaks(() => clipByGlobalNorm(grads, 1));
    await expectNoLeaks(() => clipByValue(grads, 1));
  });
});
