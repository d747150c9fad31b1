import { createRng, type Rng } from '@mixwell/tensor';
import { randomUniform } from '@mixwell/tensor/tf';
import { expectNoLeaks } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { compile, grad, valueAndGrad } from './index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe.each(backEnds)('compile on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('computes what the function computes, on trees', () => {
    const run = compile((state: { w: tf.Tensor }, list: tf.Tensor[], scale: number) => ({ w: tf.add(state.w, tf.mul(list[0]!, scale)), label: 'done', none: null }));
    const result = run({ w: tf.tensor([1, 2]) }, [tf.tensor([3, 4])], 10);
    expect(values(result.w)).toEqual([31, 42]);
    expect(result).toMatchObject({ label: 'done', none: null });
  });

  it('leaves arguments alone unless they are donated; donated ones are gone', () => {
    const run = compile(function update(state: { w: tf.Tensor }, x: tf.Tensor) { return { w: tf.add(state.w, x) }; }, { donate: [0] });
    const [first, x] = [{ w: tf.scalar(1) }, tf.scalar(2)];
    expect(values(run(first, x).w)).toEqual([3]);
    expect([first.w.isDisposed, x.isDisposed]).toEqual([true, false]);
    expect(() => run(first, x)).toThrow(/update: argument 0\.w is disposed \(was it donated to an earlier call\?\)/);
  });

  it('gives new tensors, whatever is returned: arguments, captured ones, one twice', () => {
    const captured = tf.scalar(9);
    const run = compile((state: { w: tf.Tensor }, x: tf.Tensor) => {
      const y = tf.neg(x);
      return { w: state.w, x, captured, y, again: y };
    }, { donate: [0] });
    const [w, x] = [tf.scalar(7), tf.scalar(1)];
    const result = run({ w }, x);
    expect(w.isDisposed).toBe(true);
    tf.dispose([result.y, result.x, result.captured]);
    expect([result.w, result.again, x, captured].map((t) => values(t)[0])).toEqual([7, -1, 1, 9]);
  });

  it('runs gradients inside, and refuses to be inside of one, unless it is inside of another compiled function', () => {
    const square = compile((x: tf.Tensor) => tf.square(x));
    expect(values(compile((x: tf.Tensor) => grad((y: tf.Tensor) => square(y))(x))(tf.scalar(3)))).toEqual([6]);
    expect(() => grad((y: tf.Tensor) => square(y))(tf.scalar(3))).toThrow(/is called inside of a gradient/);
    expect(values(square(tf.scalar(3)))).toEqual([9]);
  });

  it('runs gradients of gradients of gradients', () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.sum(tf.exp(tf.mul(x, 2)));
    const sum = (g: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor): tf.Tensor => tf.sum(g(x));
    const third = compile((x: tf.Tensor) => grad(sum(grad(sum(grad(f)))))(x));
    expect(values(third(tf.tensor([0, 0.5])))).toEqual([expect.closeTo(8, 4), expect.closeTo(8 * Math.E, 4)]);
  });

  it('inlines a compiled function that is called inside of another, with its donations', () => {
    const inner = compile((x: tf.Tensor) => tf.add(x, 1), { donate: [0] });
    expect(values(compile((x: tf.Tensor) => tf.mul(inner(tf.neg(x)), 10))(tf.scalar(3)))).toEqual([-20]);
  });

  it('draws anew at each call, and the same from the same seed', () => {
    const noisy = compile((x: tf.Tensor, rng: Rng) => tf.add(x, randomUniform(rng, [2])));
    const draws = (seed: number): number[][] => {
      const rng = createRng(seed);
      return [values(noisy(tf.zeros([2]), rng)), values(noisy(tf.zeros([2]), rng))];
    };
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)[0]).not.toEqual(draws(1)[1]);
  });

  it('refuses promises and instances of classes', () => {
    expect(() => compile((x: tf.Tensor) => Promise.resolve(x))(tf.scalar(1))).toThrow(/got a promise/);
    expect(() => compile((x: Map<string, tf.Tensor>) => x.size)(new Map())).toThrow(/got a Map/);
  });

  it('works again after the function has thrown', () => {
    const run = compile((x: tf.Tensor, fail: boolean) => {
      if (fail) throw new Error('no');
      return tf.neg(x);
    }, { donate: [0] });
    const x = tf.scalar(1);
    expect(() => run(x, true)).toThrow('no');
    expect(x.isDisposed).toBe(false);
    expect(values(run(x, false))).toEqual([-1]);
  });

  it('leaks nothing over steps of training', async () => {
    const step = compile((state: { w: tf.Tensor }, x: tf.Tensor) => {
      const { value, grads } = valueAndGrad((w: tf.Tensor) => tf.mean(tf.square(tf.sub(tf.mul(w, x), 1))))(state.w);
      return { state: { w: tf.sub(state.w, tf.mul(grads, 0.1)) }, loss: value };
    }, { donate: [0] });
    let state = { w: tf.tensor([0, 0]) };
    const x = tf.tensor([1, 2]);
    await expectNoLeaks(() => {
      const result = step(state, x);
      state = result.state;
      return result.loss;
    }, { times: 50 });
  });
});

describe('compile', () => {
  it('traces once per shape where the back end compiles, also after another back end was active', async () => {
    const body = vi.fn((x: tf.Tensor) => tf.neg(x));
    const run = compile((x: tf.Tensor) => body(x));
    await tf.setBackend(BACKEND_NAME);
    run(tf.scalar(1));
    run(tf.scalar(2));
    expect(body).toHaveBeenCalledTimes(1);
    await tf.setBackend(plainBackEnd);
    expect(values(run(tf.scalar(3)))).toEqual([-3]);
    expect(body).toHaveBeenCalledTimes(2);
    await tf.setBackend(BACKEND_NAME);
    expect(values(run(tf.scalar(4)))).toEqual([-4]);
    expect(body).toHaveBeenCalledTimes(2);
  });

  it('refuses to donate an argument that is not there', async () => {
    await tf.setBackend(plainBackEnd);
    expect(() => compile((x: tf.Tensor) => x, { donate: [1] })(tf.scalar(1))).toThrow(new RangeError('compile: compiled function: donate must be positions of the 1 arguments, got 1'));
  });
});
