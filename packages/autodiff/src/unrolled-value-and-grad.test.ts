import { createRng } from '@mixwell/tensor';
import { expectNoLeaks } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { grad, unrolledValueAndGrad, valueAndGrad } from './index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const near = (...numbers: number[]): unknown[] => numbers.map((x) => expect.closeTo(x, 4) as unknown);
const forms = backEnds.flatMap((backEnd) => [[backEnd, 'loop'], [backEnd, 'graph']] as const);

interface State {
  readonly w: tf.Tensor;
  readonly count: tf.Tensor;
}

/** w ← w·x + b; counts the steps. Keys come back in another order. */
const step = ({ w, count }: State, x: tf.Tensor, { b }: { b: tf.Tensor }): State => ({ count: tf.add(count, tf.scalar(1, 'int32')), w: tf.add(tf.mul(w, x), b) });
const start = (): State => ({ w: tf.tensor([1, 2]), count: tf.scalar(0, 'int32') });
const inputs = (): tf.Tensor[] => [2, 3, 5].map((x) => tf.scalar(x));

describe.each(forms)('unrolledValueAndGrad on %s, as %s', (backEnd, form) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('differentiates a loss of the last state by start, inputs and what is shared', () => {
    // w₃ = 30·w₀ + (3·5 + 5 + 1)·b
    const run = unrolledValueAndGrad(step, (states) => tf.sum(states.at(-1)!.w), { wrt: [0, 1, 2], form });
    const { value, grads: [byStart, byInputs, byShared], aux } = run(start(), inputs(), { b: tf.scalar(10) });
    expect(values(value)).toEqual([90 + 2 * 210]);
    expect([values(byStart.w), byStart.count.dtype, values(byStart.count)]).toEqual([[30, 30], 'float32', [0]]);
    // by x₁: 15·Σw₀; by x₂: 5·Σw₁; by x₃: Σw₂
    expect(byInputs.map((x) => values(x)[0])).toEqual([45, 5 * (12 + 14), 46 + 52]);
    expect(values(byShared.b)).toEqual([42]);
    expect(aux).toEqual({});
  });

  it('takes a loss of any states and of what is shared, and gives back what else the loss gives', () => {
    const loss = (states: readonly State[], { b }: { b: tf.Tensor }) => {
      const [first, , middle, last] = states.map(({ w }) => tf.sum(w));
      return { loss: tf.add(tf.add(tf.mul(first!, 1000), tf.mul(middle!, 100)), tf.mul(b, last!)), count: states.at(-1)!.count, steps: states.length - 1 };
    };
    const { grads: [byShared, byStart], aux } = unrolledValueAndGrad(step, loss, { wrt: [2, 0], form })(start(), inputs(), { b: tf.scalar(10) });
    expect(values(byStart.w)).toEqual([1000 + 600 + 300, 1900]);
    // w₂ = 6·w₀ + 4·b, so 100·2·4; b·Σw₃ by b: Σw₃ + b·42
    expect(values(byShared.b)).toEqual([800 + 510 + 420]);
    expect([values(aux.count), aux.steps]).toEqual([[3], 3]);
  });

  it('differentiates through updates by a gradient, and through their learning rate', () => {
    const objective = (w: tf.Tensor, x: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.sub(tf.mul(w, x), 1)));
    const update = (w: tf.Tensor, x: tf.Tensor, rate: tf.Tensor): tf.Tensor => tf.sub(w, tf.mul(rate, grad(objective)(w, x)));
    const loss = (states: readonly tf.Tensor[]): tf.Tensor => tf.sum(tf.square(states.at(-1)!));
    const [w, xs, rate] = [tf.tensor([0.3, -0.2]), [tf.tensor([1, 0.5]), tf.tensor([-0.4, 0.8])], tf.scalar(0.1)];
    const got = unrolledValueAndGrad(update, loss, { wrt: [0, 1, 2], form })(w, xs, rate);
    const want = valueAndGrad((w0: tf.Tensor, list: readonly tf.Tensor[], r: tf.Tensor) => loss([list.reduce((v, x) => update(v, x, r), w0)]), { wrt: [0, 1, 2] })(w, xs, rate);
    const all = ({ value, grads: [a, b, c] }: typeof got): number[] => [value, a, ...b, c].flatMap(values);
    expect(all(got)).toEqual(near(...all(want as typeof got)));
  });

  it('works without steps, and when the loss reads no state', () => {
    const none = unrolledValueAndGrad(step, (states) => tf.sum(states.at(-1)!.w), { wrt: [0, 1, 2], form })(start(), [], { b: tf.scalar(1) });
    expect([values(none.grads[0].w), none.grads[1], values(none.grads[2].b)]).toEqual([[1, 1], [], [0]]);
    const { grads } = unrolledValueAndGrad(step, (_, { b }) => tf.square(b), { wrt: [0, 2], form })(start(), inputs(), { b: tf.scalar(3) });
    expect([values(grads[0].w), values(grads[1].b)]).toEqual([[0, 0], [6]]);
  });

  it('gives the gradient by the start alone unless told otherwise', () => {
    expect(values(unrolledValueAndGrad(step, (states) => tf.sum(states[1]!.w), { form })(start(), inputs(), { b: tf.scalar(1) }).grads.w)).toEqual([2, 2]);
  });

  it('leaves nothing behind, and arguments alone', async () => {
    const run = unrolledValueAndGrad(step, (states) => ({ loss: tf.sum(states.at(-1)!.w), middle: states[1]! }), { wrt: [0, 1, 2], form });
    const [state, xs, shared] = [start(), inputs(), { b: tf.scalar(1) }];
    await expectNoLeaks(() => run(state, xs, shared));
    expect(values(state.w)).toEqual([1, 2]);
    const failing = unrolledValueAndGrad(step, (): tf.Tensor => { throw new Error('no'); }, { form });
    await expectNoLeaks(() => { expect(() => failing(state, xs, shared)).toThrow('no'); });
  });

  it('refuses a step that changes the state into another', () => {
    const grow = unrolledValueAndGrad((w: tf.Tensor) => tf.concat([w, w]), (states) => tf.sum(states.at(-1)!), { form });
    expect(() => grow(tf.tensor([1]), [null])).toThrow('unrolledValueAndGrad: the state after a step must have shape [1], got [2]');
    const lose = unrolledValueAndGrad((state: { w?: tf.Tensor }): typeof state => (state.w ? {} : state), () => tf.scalar(1), { form });
    expect(() => lose({ w: tf.scalar(1) }, [null])).toThrow('the state after a step: w must have shape [], got nothing');
  });
});

describe('unrolledValueAndGrad', () => {
  it('traces a step once forward and twice backward, however many there are, and one graph for each number', async () => {
    await tf.setBackend(BACKEND_NAME);
    const traced = vi.fn((w: tf.Tensor, x: tf.Tensor) => tf.mul(w, x));
    const body = (w: tf.Tensor, x: tf.Tensor): tf.Tensor => traced(w, x);
    const many = (count: number): tf.Tensor[] => Array.from({ length: count }, (_, i) => tf.scalar(1 + i / 100));
    const run = unrolledValueAndGrad(body, (states) => tf.add(tf.sum(states.at(-1)!), tf.sum(states[2]!)));
    for (const count of [5, 50, 200]) run(tf.scalar(1), many(count));
    expect(traced).toHaveBeenCalledTimes(3);
  });

  it('refuses generators, positions that are none, and to be inside of a gradient', async () => {
    await tf.setBackend(plainBackEnd);
    const run = unrolledValueAndGrad((w: tf.Tensor, x: unknown) => tf.mul(w, x as tf.Tensor), (states) => states.at(-1)!);
    expect(() => run(tf.scalar(1), [createRng(1)])).toThrow(new TypeError('unrolledValueAndGrad: argument 1.0 must not be an Rng, since a loop computes its steps twice; draw tensors from it and pass those'));
    expect(() => unrolledValueAndGrad((w: tf.Tensor) => w, (states) => states[0]!, { wrt: 2 as 0 })(tf.scalar(1), [null])).toThrow('unrolledValueAndGrad: wrt must be positions of the 2 arguments, got 2');
    expect(() => unrolledValueAndGrad((w: tf.Tensor) => w, (states) => states[0]!, { form: 'scan' as 'loop' })).toThrow("unrolledValueAndGrad: form must be 'loop' or 'graph', got scan");
    expect(() => grad((w: tf.Tensor) => run(w, [w]).value)(tf.scalar(1))).toThrow(/inside of a gradient/);
  });
});
